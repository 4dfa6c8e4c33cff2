public import KernelInterface

/// What a ``PooledConvolutionCall`` made of some images, each on a track of its own. The next image
/// of a track is compared with the last one, bit by bit, and only the windows over what has changed
/// are computed. So tracks of images that resemble each other save work, and no tracks can be wrong.
public final class PooledConvolutionMemory: @unchecked Sendable {
  /// The track of each image of a batch; no two of them are the same.
  let tracks: UnsafePointer<Int32>
  let changedWindows: ChangedWindows
  private let images: UnsafeMutablePointer<Float>
  private let values: UnsafeMutablePointer<Float>
  private let isKnown: UnsafeMutableBufferPointer<Bool>
  private let imageLength: Int
  private let valueLength: Int

  /// - Parameters:
  ///   - count: the number of tracks.
  ///   - geometry: of the convolution.
  ///   - pooling: of its result.
  /// - Returns: nil where there are too many windows.
  public init?(
    tracks: UnsafePointer<Int32>, count: Int, geometry: WindowGeometry, pooling: WindowGeometry
  ) {
    guard let changedWindows = ChangedWindows(geometry, pooling: pooling) else { return nil }
    self.tracks = tracks
    self.changedWindows = changedWindows
    imageLength = geometry.paddedImageLength
    valueLength = pooling.outputPixels * pooling.channels
    images = .allocate(capacity: count * imageLength)
    values = .allocate(capacity: count * valueLength)
    isKnown = .allocate(capacity: count)
    isKnown.initialize(repeating: false)
  }

  deinit {
    images.deallocate()
    values.deallocate()
    isKnown.deallocate()
  }

  /// Forgets everything, as when the weights are others.
  public func forget() { isKnown.update(repeating: false) }

  /// The last image of a track and what was made of it; nil at first.
  func known(_ track: Int) -> UnsafePointer<Float>? {
    isKnown[track] ? UnsafePointer(images + track * imageLength) : nil
  }

  func values(_ track: Int) -> UnsafeMutablePointer<Float> { values + track * valueLength }

  func remember(_ image: UnsafePointer<Float>, track: Int) {
    (images + track * imageLength).update(from: image, count: imageLength)
    isKnown[track] = true
  }

  func copyValues(_ track: Int, to target: UnsafeMutablePointer<Float>) {
    target.update(from: values(track), count: valueLength)
  }
}
