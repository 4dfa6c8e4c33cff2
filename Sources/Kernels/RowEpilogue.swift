public import KernelInterface

/// Work on rows of a result that a product has just finished, while they are still in the cache.
public protocol RowEpilogue: Sendable {
  /// Called exactly once for every row, a block of rows at a time, possibly from several threads; not
  /// called where the product's kernel does all of it.
  func run(rows: Range<Int>, columns: Range<Int>)

  /// If all that is done is to make a result 0 where a number in its place is not positive: those
  /// numbers.
  func gate(of result: UnsafeMutablePointer<Float>) -> UnsafePointer<Float>?

  /// What new values replace old ones in the places of a result, if that is done last: weights, say.
  func memoryUpdated(besides result: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float>?

  /// If all that is done is a step of Adam with a result as the gradient, in the place of the old
  /// values: its instructions (see `LoopOpcode.mixAndStep`), which live as long as this does.
  func adamStep(with result: UnsafeMutablePointer<Float>) -> UnsafePointer<LoopInstruction>?
}

extension RowEpilogue {
  public func gate(of result: UnsafeMutablePointer<Float>) -> UnsafePointer<Float>? { nil }

  public func memoryUpdated(
    besides result: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float>? { nil }

  public func adamStep(
    with result: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<LoopInstruction>? { nil }
}
