internal import KernelInterface

/// The difference of two tensors, float32 or int32.
struct Subtract: ElementwiseOperation {
  static let name = "subtract"

  func opcode(_ operands: [ValueType]) -> LoopOpcode {
    operands[0].element == .int32 ? .subtractInteger : .subtract
  }

  func element(_ x: [Double]) -> Double { x[0] - x[1] }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    [node.cotangents[0], -node.cotangents[1]]
  }
}

extension Expression {
  public static func - (left: Expression, right: Expression) -> Expression {
    if right.fillValue == 0, Shape.broadcast(left.shape, right.shape) == left.shape { return left }
    return elementwise(Subtract(), left, right)
  }

  public static func - (left: Expression, right: Float) -> Expression {
    left - left.graph.fill(right)
  }

  public static func - (left: Float, right: Expression) -> Expression {
    right.graph.fill(left) - right
  }
}
