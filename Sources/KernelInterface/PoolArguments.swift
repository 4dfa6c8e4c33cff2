/// The arguments of the pooling kernels, each of which uses some of the pointers.
public struct PoolArguments {
  public var geometry: WindowGeometry
  public var images: Range<Int>
  /// The rows and the columns of windows to do in each image, and for unpooling the rows of the
  /// image to begin with zeros.
  public var windowRows: Range<Int>
  public var windowColumns: Range<Int>
  public var clearedRows: Range<Int>
  /// From row to row of an image. What is not the whole image begins where
  /// its first pixel would be.
  public var imageRowStride: Int
  /// What is read: images `[N, H, W, C]`, or for unpooling values `[N, OH, OW, C]`.
  public var input: UnsafePointer<Float>
  /// `[N, OH, OW, C]`: the positions `y·W + x` in the image's plane to gather from or add at.
  public var indices: UnsafePointer<Int32>?
  /// What is written: values `[N, OH, OW, C]`, or for unpooling images `[N, H, W, C]`.
  public var output: UnsafeMutablePointer<Float>?
  /// `[N, OH, OW, C]`: the positions that were found.
  public var outputIndices: UnsafeMutablePointer<Int32>?
  /// What is added to the channels of what a maximum is found of, if anything.
  public var bias: UnsafePointer<Float>?
  /// Whether maxima below 0 become 0.
  public var isRectified: Bool

  public init(
    geometry: WindowGeometry, images: Range<Int>, input: UnsafePointer<Float>,
    indices: UnsafePointer<Int32>? = nil, output: UnsafeMutablePointer<Float>?,
    outputIndices: UnsafeMutablePointer<Int32>? = nil,
    bias: UnsafePointer<Float>? = nil, isRectified: Bool = false
  ) {
    self.bias = bias
    self.isRectified = isRectified
    self.geometry = geometry
    self.images = images
    windowRows = 0..<geometry.outputHeight
    windowColumns = 0..<geometry.outputWidth
    clearedRows = 0..<geometry.height
    imageRowStride = geometry.width * geometry.channels
    self.input = input
    self.indices = indices
    self.output = output
    self.outputIndices = outputIndices
  }
}
