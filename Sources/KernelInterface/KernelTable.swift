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

  public init(
    lanes: Int,
    product: @escaping @Sendable (ProductArguments) -> Void,
    transpose: @escaping @Sendable (TransposeArguments) -> Void
  ) {
    self.lanes = lanes
    self.product = product
    self.transpose = transpose
  }
}
