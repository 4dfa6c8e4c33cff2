/// The arguments of the kernel that convolves an image of one channel and pools the result in windows
/// of 2 × 2 that lie side by side in it.
public struct PooledConvolutionArguments {
  /// How the convolution's window moves over the image.
  public var geometry: WindowGeometry
  /// `[H, W]`, with its padding.
  public var image: UnsafePointer<Float>
  /// `[KH, KW, Cout]`.
  public var weights: UnsafePointer<Float>
  /// The pooling of the result; what is at its input is not read.
  public var pooling: PoolArguments

  public init(
    geometry: WindowGeometry, image: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    pooling: PoolArguments
  ) {
    self.geometry = geometry
    self.image = image
    self.weights = weights
    self.pooling = pooling
  }

  /// Whether the kernel does such windows.
  ///
  /// - Parameter lanes: of its vectors, which must hold the channels without a rest.
  public static func areSuitable(
    _ geometry: WindowGeometry, pooling: WindowGeometry, lanes: Int
  ) -> Bool {
    geometry.channels == 1 && geometry.strideX == 1 && geometry.strideY == 1
      && geometry.windowHeight == geometry.windowWidth && (3...5).contains(geometry.windowWidth)
      && pooling.isInPairs && pooling.channels.isMultiple(of: lanes)
  }
}
