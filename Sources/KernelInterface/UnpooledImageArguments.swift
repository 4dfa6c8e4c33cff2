/// The arguments of the kernel that makes the gradient of an image of one channel from that of its
/// convolution, which is pooled in windows of 2 × 2 that lie side by side.
public struct UnpooledImageArguments {
  /// The most rows and columns of the convolution's window.
  public static let windowLimit = 4
  /// The most windows of the pooling in a row, channels, and values of a row: what scratch memory
  /// holds.
  private static let (columnLimit, channelLimit, rowLimit) = (128, 512, 2048)

  /// How the convolution's window moves over the image.
  public var geometry: WindowGeometry
  /// The unpooling of the image.
  public var pooling: PoolArguments
  /// `[Cout, KH · KW]`.
  public var weights: UnsafePointer<Float>
  /// `[H, W]`, without padding.
  public var image: UnsafeMutablePointer<Float>

  public init(
    geometry: WindowGeometry, pooling: PoolArguments, weights: UnsafePointer<Float>,
    image: UnsafeMutablePointer<Float>
  ) {
    self.geometry = geometry
    self.pooling = pooling
    self.weights = weights
    self.image = image
  }

  /// Whether the kernel does such windows.
  public static func areSuitable(_ geometry: WindowGeometry, pooling: WindowGeometry) -> Bool {
    geometry.channels == 1 && geometry.strideX == 1 && geometry.strideY == 1
      && geometry.windowHeight <= windowLimit && geometry.windowWidth <= windowLimit
      && pooling.isInPairs && pooling.outputWidth <= columnLimit
      && pooling.channels <= channelLimit
      && pooling.outputWidth * pooling.channels <= rowLimit
  }
}
