internal import Kernels

/// Int32 `[…]` to float32 `[…, depth]`: 1 at the index, 0 elsewhere; all 0 for an index outside.
struct OneHot: Operation {
  static let name = "one-hot"
  let depth: Int

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.require(operands[0].element == .int32, operands, "the indices must be int32")
    return ValueType(Shape(operands[0].shape.dimensions + [Dimension(depth)]))
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    operands[0].elements.flatMap { index in (0..<depth).map { Double($0) == index ? 1 : 0 } }
  }

  func lower(_ context: inout LoweringContext) {
    context.append(
      OneHotCall(
        context.operands[0].integers, context.result.floats, count: context.operands[0].count,
        depth: depth))
  }
}

extension Expression {
  /// Int32 `[…]` to float32 `[…, depth]`: 1 at the index, 0 elsewhere.
  public func oneHot(_ depth: Int) -> Expression {
    graph.apply(OneHot(depth: depth), to: [self])
  }
}
