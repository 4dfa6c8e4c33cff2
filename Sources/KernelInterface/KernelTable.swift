/// The kernels of one instruction set: plain functions over raw pointers.
///
/// The same source is compiled once for every instruction set, and every entry gives the same bits
/// in all of them: each function documents its order of summation.
public struct KernelTable: Sendable {
  /// The number of float32 lanes of the vectors these kernels were built with.
  public let lanes: Int

  /// The product that drives everything: one chain of fused multiply-adds in ascending k.
  public let product: @Sendable (ProductArguments) -> Void
  /// The transpose of a matrix.
  public let transpose: @Sendable (TransposeArguments) -> Void
  /// Patches added into an image, in ascending order of the windows.
  public let addPatches: @Sendable (PatchArguments) -> Void
  /// Images with zeros around them.
  public let padImages: @Sendable (PadArguments) -> Void
  /// Max-pooling: values, indices or both.
  public let poolArgmax: @Sendable (PoolArguments) -> Void
  /// The elements at the indices of a pooling.
  public let poolGather: @Sendable (PoolArguments) -> Void
  /// Values added at the indices of a pooling, in ascending order of the windows.
  public let unpool: @Sendable (PoolArguments) -> Void

  public init(
    lanes: Int,
    product: @escaping @Sendable (ProductArguments) -> Void,
    transpose: @escaping @Sendable (TransposeArguments) -> Void,
    addPatches: @escaping @Sendable (PatchArguments) -> Void,
    padImages: @escaping @Sendable (PadArguments) -> Void,
    poolArgmax: @escaping @Sendable (PoolArguments) -> Void,
    poolGather: @escaping @Sendable (PoolArguments) -> Void,
    unpool: @escaping @Sendable (PoolArguments) -> Void
  ) {
    self.lanes = lanes
    self.product = product
    self.transpose = transpose
    self.addPatches = addPatches
    self.padImages = padImages
    self.poolArgmax = poolArgmax
    self.poolGather = poolGather
    self.unpool = unpool
  }
}
