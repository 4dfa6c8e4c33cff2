internal import KernelInterface

/// The magnitude; its derivative at 0 is 0.
struct Absolute: ElementwiseOperation {
  static let name = "absolute"

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.requireFloat(operands)
    return operands[0]
  }

  func opcode(_ operands: [ValueType]) -> LoopOpcode { .absolute }

  func element(_ x: [Double]) -> Double { abs(x[0]) }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    [node.cotangents[0] * node.operands[0].sign()]
  }
}

extension Expression {
  /// The magnitude, element by element.
  public func absolute() -> Expression { Self.elementwise(Absolute(), self) }
}
