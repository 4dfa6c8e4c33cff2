internal import KernelInterface

/// The product of two tensors element by element, float32 or int32.
struct Multiply: ElementwiseOperation {
  static let name = "multiply"

  func opcode(_ operands: [ValueType]) -> LoopOpcode {
    operands[0].element == .int32 ? .multiplyInteger : .multiply
  }

  func element(_ x: [Double]) -> Double { x[0] * x[1] }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    [node.cotangents[0] * node.operands[1], node.cotangents[1] * node.operands[0]]
  }
}

extension Expression {
  public static func * (left: Expression, right: Expression) -> Expression {
    if left.fillValue == 1, Shape.broadcast(left.shape, right.shape) == right.shape { return right }
    if right.fillValue == 1, Shape.broadcast(left.shape, right.shape) == left.shape { return left }
    return elementwise(Multiply(), left, right)
  }

  public static func * (left: Expression, right: Float) -> Expression {
    left * left.graph.fill(right)
  }

  public static func * (left: Float, right: Expression) -> Expression {
    right * right.graph.fill(left)
  }

  /// The square, element by element.
  public func squared() -> Expression { self * self }
}
