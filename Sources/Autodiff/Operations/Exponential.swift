internal import Foundation
internal import KernelInterface

/// The exponential function, within 2 units in the last place and the same bits everywhere.
struct Exponential: ElementwiseOperation {
  static let name = "exponential"

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.requireFloat(operands)
    return operands[0]
  }

  func opcode(_ operands: [ValueType]) -> LoopOpcode { .exponential }

  func element(_ x: [Double]) -> Double { Foundation.exp(x[0]) }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    [node.cotangents[0] * node.result]
  }
}

extension Expression {
  /// e to the power of each element.
  public func exponential() -> Expression { Self.elementwise(Exponential(), self) }
}
