internal import KernelInterface

/// The sum of two tensors, float32 or int32.
struct Add: ElementwiseOperation {
  static let name = "add"

  func opcode(_ operands: [ValueType]) -> LoopOpcode {
    operands[0].element == .int32 ? .addInteger : .add
  }

  func element(_ x: [Double]) -> Double { x[0] + x[1] }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    [node.cotangents[0], node.cotangents[1]]
  }
}

extension Expression {
  public static func + (left: Expression, right: Expression) -> Expression {
    if left.fillValue == 0, Shape.broadcast(left.shape, right.shape) == right.shape { return right }
    if right.fillValue == 0, Shape.broadcast(left.shape, right.shape) == left.shape { return left }
    return elementwise(Add(), left, right)
  }

  public static func + (left: Expression, right: Float) -> Expression {
    left + left.graph.fill(right)
  }
}
