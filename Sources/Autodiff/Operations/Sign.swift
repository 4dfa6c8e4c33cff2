internal import KernelInterface

/// 1, -1, or 0 where the operand is 0 or not a number; its derivative is 0.
struct Sign: ElementwiseOperation {
  static let name = "sign"

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.requireFloat(operands)
    return operands[0]
  }

  func opcode(_ operands: [ValueType]) -> LoopOpcode { .sign }

  func element(_ x: [Double]) -> Double { x[0] > 0 ? 1 : x[0] < 0 ? -1 : 0 }
}

extension Expression {
  /// 1, -1 or 0 by the sign, element by element; sign(0) = 0.
  public func sign() -> Expression { Self.elementwise(Sign(), self) }
}
