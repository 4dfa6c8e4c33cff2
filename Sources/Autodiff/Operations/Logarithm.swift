internal import Foundation
internal import KernelInterface

/// The natural logarithm, within 2 units in the last place and the same bits everywhere.
struct Logarithm: ElementwiseOperation {
  static let name = "logarithm"

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.requireFloat(operands)
    return operands[0]
  }

  func opcode(_ operands: [ValueType]) -> LoopOpcode { .logarithm }

  func element(_ x: [Double]) -> Double { Foundation.log(x[0]) }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    [node.cotangents[0] / node.operands[0]]
  }
}

extension Expression {
  /// The natural logarithm, element by element.
  public func logarithm() -> Expression { Self.elementwise(Logarithm(), self) }
}
