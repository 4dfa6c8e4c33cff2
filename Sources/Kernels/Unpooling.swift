public import KernelInterface

/// Images `[N, H, W, C]` that an unpooling makes, strip by strip, for the kernel that reads them.
public struct Unpooling: @unchecked Sendable {
  let strips: PlaneStrips
  private let kernel: @Sendable (PoolArguments) -> Void
  private let planeKernel: @Sendable (PoolArguments) -> Void
  private let arguments: PoolArguments

  /// - Parameters:
  ///   - strips: of the pooling of the images.
  ///   - values: `[N, OH, OW, C]`.
  ///   - indices: `[N, OH, OW, C]`, the positions from a ``PoolArgmaxCall``.
  public init(
    kernels: KernelTable, strips: PlaneStrips, values: UnsafePointer<Float>,
    indices: UnsafePointer<Int32>
  ) {
    self.strips = strips
    kernel = kernels.unpool
    planeKernel = kernels.unpoolPlanes
    arguments = PoolArguments(
      geometry: strips.pooling, images: 0..<1, input: values, indices: indices, output: nil)
  }

  /// Writes a strip of an image to `target`.
  /// - Returns: the rows of the image.
  func make(_ strip: Int, image: Int, at target: UnsafeMutablePointer<Float>) -> Range<Int> {
    let part = part(strip, image: image, at: target, rowStride: arguments.imageRowStride)
    kernel(part)
    return part.clearedRows
  }

  /// Writes a strip of an image to `target`, a plane for each channel: `[C, rows, W]`. No window
  /// may lie in padding only.
  /// - Returns: the rows of the image.
  func makePlanes(_ strip: Int, image: Int, at target: UnsafeMutablePointer<Float>) -> Range<Int> {
    let part = part(strip, image: image, at: target, rowStride: strips.pooling.width)
    planeKernel(part)
    return part.clearedRows
  }

  /// The windows of one image.
  func windows(of image: Int) -> PoolArguments {
    let values = image * strips.pooling.outputPixels * strips.pooling.channels
    var part = arguments
    part.input += values
    part.indices = part.indices.map { $0 + values }
    return part
  }

  /// All images, from a channel on.
  func all(images: Int, firstChannel: Int) -> PoolArguments {
    var all = arguments
    all.images = 0..<images
    all.input += firstChannel
    all.indices = all.indices.map { $0 + firstChannel }
    return all
  }

  private func part(
    _ strip: Int, image: Int, at target: UnsafeMutablePointer<Float>, rowStride: Int
  ) -> PoolArguments {
    let rows = strips.rows(strip)
    var part = windows(of: image)
    // Where row 0 of the image would be.
    part.output = target - rows.lowerBound * rowStride
    part.windowRows = strips.windowRows(strip)
    part.clearedRows = rows
    return part
  }
}
