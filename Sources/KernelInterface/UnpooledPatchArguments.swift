/// The arguments of the kernel that makes patches of the gradient of a pooled convolution, on images
/// of one channel and with windows of the pooling that are 2 × 2 and lie side by side.
public struct UnpooledPatchArguments {
  /// The most taps of a patch, which all patches have room for.
  public static let tapLimit = 16

  /// The unpooling of some rows of windows of one image.
  public var pooling: PoolArguments
  /// `[Cout, taps]`.
  public var weights: UnsafePointer<Float>
  public var taps: Int
  /// `[2 · rows, 2 · OW, 16]`
  public var patches: UnsafeMutablePointer<Float>

  public init(
    pooling: PoolArguments, weights: UnsafePointer<Float>, taps: Int,
    patches: UnsafeMutablePointer<Float>
  ) {
    self.pooling = pooling
    self.weights = weights
    self.taps = taps
    self.patches = patches
  }
}
