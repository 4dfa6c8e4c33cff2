internal import KernelInterface

/// The second operand where the first is not 0, else the third. All are float32.
struct Select: ElementwiseOperation {
  static let name = "select"

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.requireFloat(operands)
    return operands[0]
  }

  func opcode(_ operands: [ValueType]) -> LoopOpcode { .select }

  func element(_ x: [Double]) -> Double { x[0] != 0 ? x[1] : x[2] }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    let condition = node.operands[0]
    let zero = node.graph.fill(0, shape: node.result.shape)
    return [
      nil, Expression.select(condition, node.cotangents[1], zero),
      Expression.select(condition, zero, node.cotangents[2]),
    ]
  }
}

extension Expression {
  /// `first` where `condition` is not 0, else `second`, element by element.
  public static func select(
    _ condition: Expression, _ first: Expression, _ second: Expression
  ) -> Expression {
    first == second ? first : elementwise(Select(), condition, first, second)
  }
}
