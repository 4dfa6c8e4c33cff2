internal import KernelInterface

/// A comparison of two tensors: 1 where it holds, else 0, as float32. A constant to
/// differentiation.
struct Compare: ElementwiseOperation {
  enum Relation: Hashable, Sendable {
    case greater, greaterOrEqual, equal
  }

  static let name = "compare"
  let relation: Relation

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.require(
      operands[0] == operands[1] && operands[0].element != .uint8, operands,
      "the operands must have one shape and be float32 or int32")
    return ValueType(operands[0].shape)
  }

  func opcode(_ operands: [ValueType]) -> LoopOpcode {
    let isInteger = operands[0].element == .int32
    return switch relation {
    case .greater: isInteger ? .greaterInteger : .greater
    case .greaterOrEqual: isInteger ? .greaterOrEqualInteger : .greaterOrEqual
    case .equal: isInteger ? .equalInteger : .equal
    }
  }

  func element(_ x: [Double]) -> Double {
    let holds =
      switch relation {
      case .greater: x[0] > x[1]
      case .greaterOrEqual: x[0] >= x[1]
      case .equal: x[0] == x[1]
      }
    return holds ? 1 : 0
  }
}

extension Expression {
  /// 1 where this is greater, else 0.
  public func isGreater(than other: Expression) -> Expression {
    Self.elementwise(Compare(relation: .greater), self, other)
  }

  /// 1 where this is greater or equal, else 0.
  public func isGreaterOrEqual(to other: Expression) -> Expression {
    Self.elementwise(Compare(relation: .greaterOrEqual), self, other)
  }

  /// 1 where both are equal, else 0.
  public func isEqual(to other: Expression) -> Expression {
    Self.elementwise(Compare(relation: .equal), self, other)
  }
}
