internal import Kernels

/// The places of the `count` largest elements along the last axis, the largest first, as int32; in
/// a tie the earlier place comes first, and NaN counts as the largest.
struct TopK: Operation {
  static let name = "top-k"
  let count: Int

  func resultType(_ operands: [ValueType]) -> ValueType {
    let shape = operands[0].shape
    Self.require(
      operands[0].element == .float32 && shape.rank >= 1 && !shape[shape.rank - 1].isBatch
        && count >= 1 && count <= shape[shape.rank - 1].multiple, operands,
      "the last axis must hold at least \(count) float32 elements")
    return ValueType(shape.replacing(axis: shape.rank - 1, with: Dimension(count)), .int32)
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    let length = operands[0].shape.last!
    return (0..<operands[0].elements.count / max(length, 1)).flatMap { row in
      let elements = operands[0].elements[row * length..<(row + 1) * length].map {
        $0.isNaN ? Double.infinity : $0
      }
      return elements.indices.sorted {
        elements[$0] > elements[$1] || elements[$0] == elements[$1] && $0 < $1
      }.prefix(count).map { Double($0) }
    }
  }

  func lower(_ context: inout LoweringContext) {
    let operand = context.operands[0]
    context.append(
      TopKCall(
        operand.floats, context.result.integers, rows: operand.count / operand.shape.last!,
        length: operand.shape.last!, count: count))
  }
}

extension Expression {
  /// The places of the largest elements along the last axis: `[…, L]` to int32 `[…, count]`.
  public func topIndices(_ count: Int) -> Expression {
    graph.apply(TopK(count: count), to: [self])
  }

  /// The largest elements along the last axis, in descending order: `[…, L]` to `[…, count]`.
  public func top(_ count: Int) -> Expression {
    takeAlongLastAxis(topIndices(count))
  }

  /// The place of the largest element of the last axis, which is removed; the first of equals.
  public func argmax() -> Expression {
    topIndices(1).reshaped(to: shape.removing(axes: [shape.rank - 1]))
  }

  /// The largest element over some axes, which are removed; the first of equals has the gradient.
  public func max(_ axes: [Int]) -> Expression {
    let kept = shape.dimensions.indices.filter { !axes.contains($0) }
    let rest = Shape(kept.map { shape[$0] })
    let length = Shape(axes.map { shape[$0] }).elementCount
    return transposed(kept + axes.sorted()).reshaped(to: Shape(rest.dimensions + [length])).top(1)
      .reshaped(to: rest)
  }
}
