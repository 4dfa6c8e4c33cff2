internal import KernelInterface

/// The rectified linear unit: the operand where it is not negative, else 0. NaN stays NaN.
struct Rectify: ElementwiseOperation {
  static let name = "rectify"

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.requireFloat(operands)
    return operands[0]
  }

  func opcode(_ operands: [ValueType]) -> LoopOpcode { .rectify }

  func element(_ x: [Double]) -> Double { x[0] < 0 ? 0 : x[0] }

  /// The derivative at 0 is 0. Read off the result, so that the operand need not be kept.
  func pullback(_ node: PullbackContext) -> [Expression?] {
    let zero = node.graph.fill(0, shape: node.result.shape)
    return [Expression.select(node.result.isGreater(than: zero), node.cotangents[0], zero)]
  }
}

extension Expression {
  /// The rectified linear unit (ReLU), element by element.
  public func rectified() -> Expression { Self.elementwise(Rectify(), self) }
}
