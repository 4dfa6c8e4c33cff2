internal import KernelInterface

/// The quotient of two float32 tensors, correctly rounded.
struct Divide: ElementwiseOperation {
  static let name = "divide"

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.requireFloat(operands)
    return operands[0]
  }

  func opcode(_ operands: [ValueType]) -> LoopOpcode { .divide }

  func element(_ x: [Double]) -> Double { x[0] / x[1] }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    let divisor = node.operands[1]
    return [node.cotangents[0] / divisor, -(node.cotangents[1] * node.result / divisor)]
  }
}

extension Expression {
  public static func / (left: Expression, right: Expression) -> Expression {
    if right.fillValue == 1, Shape.broadcast(left.shape, right.shape) == left.shape { return left }
    return elementwise(Divide(), left, right)
  }

  public static func / (left: Expression, right: Float) -> Expression {
    left / left.graph.fill(right)
  }

  public static func / (left: Float, right: Expression) -> Expression {
    right.graph.fill(left) / right
  }
}
