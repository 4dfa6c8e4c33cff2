internal import KernelInterface

/// The operand with the other sign.
struct Negate: ElementwiseOperation {
  static let name = "negate"

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.requireFloat(operands)
    return operands[0]
  }

  func opcode(_ operands: [ValueType]) -> LoopOpcode { .negate }

  func element(_ x: [Double]) -> Double { -x[0] }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    [-node.cotangents[0]]
  }
}

extension Expression {
  /// The operand with the other sign.
  public static prefix func - (operand: Expression) -> Expression {
    if let value = operand.fillValue { return operand.graph.fill(-value, shape: operand.shape) }
    return elementwise(Negate(), operand)
  }
}
