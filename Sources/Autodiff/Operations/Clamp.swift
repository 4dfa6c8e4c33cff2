internal import KernelInterface

/// The operand, held between two bounds of its shape.
struct Clamp: ElementwiseOperation {
  static let name = "clamp"

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.requireFloat(operands)
    return operands[0]
  }

  func opcode(_ operands: [ValueType]) -> LoopOpcode { .clamp }

  func element(_ x: [Double]) -> Double { x[0] < x[1] ? x[1] : x[0] > x[2] ? x[2] : x[0] }

  /// The gradient goes to whichever of the three the result was taken from.
  func pullback(_ node: PullbackContext) -> [Expression?] {
    let (operand, lower, upper) = (node.operands[0], node.operands[1], node.operands[2])
    let zero = node.graph.fill(0, shape: node.result.shape)
    let isBelow = lower.isGreater(than: operand)
    let isAbove = operand.isGreater(than: upper)
    let inside = Expression.select(isAbove, zero, node.cotangents[0])
    let above = Expression.select(isAbove, node.cotangents[2], zero)
    return [
      Expression.select(isBelow, zero, inside),
      Expression.select(isBelow, node.cotangents[1], zero),
      Expression.select(isBelow, zero, above),
    ]
  }
}

extension Expression {
  /// The operand, held between two bounds, element by element. NaN stays NaN.
  public func clamped(_ lower: Expression, _ upper: Expression) -> Expression {
    Self.elementwise(Clamp(), self, lower, upper)
  }

  public func clamped(_ lower: Float, _ upper: Float) -> Expression {
    clamped(graph.fill(lower), graph.fill(upper))
  }
}
