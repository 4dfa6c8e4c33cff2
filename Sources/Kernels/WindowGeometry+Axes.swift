internal import KernelInterface

extension WindowGeometry {
  /// The elements under the window, in a padded image: (ky, kx, c) in ascending order.
  var patchAxis: SegmentedAxis {
    SegmentedAxis(
      stride: 1, segmentLength: windowWidth * channels, segmentStride: paddedWidth * channels)
  }

  /// The places of the window, in a padded image: (oy, ox) in ascending order.
  var placeAxis: SegmentedAxis {
    SegmentedAxis(
      stride: strideX * channels, segmentLength: outputWidth,
      segmentStride: strideY * paddedWidth * channels)
  }
}
