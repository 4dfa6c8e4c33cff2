internal import KernelInterface

/// The square root, correctly rounded.
struct SquareRoot: ElementwiseOperation {
  static let name = "square root"

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.requireFloat(operands)
    return operands[0]
  }

  func opcode(_ operands: [ValueType]) -> LoopOpcode { .squareRoot }

  func element(_ x: [Double]) -> Double { x[0].squareRoot() }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    [node.cotangents[0] * 0.5 / node.result]
  }
}

extension Expression {
  /// The square root, element by element.
  public func squareRoot() -> Expression { Self.elementwise(SquareRoot(), self) }
}
