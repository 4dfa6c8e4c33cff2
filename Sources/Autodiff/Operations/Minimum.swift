internal import KernelInterface

/// The minimum of two float32 tensors; in a tie the first operand takes the gradient.
struct Minimum: ElementwiseOperation {
  static let name = "minimum"

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.requireFloat(operands)
    return operands[0]
  }

  func opcode(_ operands: [ValueType]) -> LoopOpcode { .minimum }

  func element(_ x: [Double]) -> Double { x[0].isNaN || x[0] <= x[1] ? x[0] : x[1] }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    let zero = node.graph.fill(0, shape: node.result.shape)
    let first = node.operands[1].isGreaterOrEqual(to: node.operands[0])
    return [
      Expression.select(first, node.cotangents[0], zero),
      Expression.select(first, zero, node.cotangents[1]),
    ]
  }
}

extension Expression {
  /// The minimum of two tensors, element by element.
  public static func minimum(_ left: Expression, _ right: Expression) -> Expression {
    elementwise(Minimum(), left, right)
  }
}
