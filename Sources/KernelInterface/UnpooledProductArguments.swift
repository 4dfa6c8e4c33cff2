/// The arguments of the gradient of a convolution's weights whose result is pooled in windows of
/// 2 × 2 that lie side by side in the image.
public struct UnpooledProductArguments {
  /// The product of patches and gradients. What is at B is not read.
  public var product: ProductArguments
  /// The unpooling of some images.
  public var pooling: PoolArguments
  /// From image to image of A.
  public var imageLength: Int

  public init(product: ProductArguments, pooling: PoolArguments, imageLength: Int) {
    self.product = product
    self.pooling = pooling
    self.imageLength = imageLength
  }
}
