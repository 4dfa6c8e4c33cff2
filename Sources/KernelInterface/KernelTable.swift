/// The kernels of one instruction set: plain functions over raw pointers.
///
/// The same source is compiled once for every instruction set, and every entry gives the same bits
/// in all of them: each function documents its order of summation.
public struct KernelTable: Sendable {
  /// The number of float32 lanes of the vectors these kernels were built with.
  public let lanes: Int

  public init(lanes: Int) {
    self.lanes = lanes
  }
}
