internal import KernelInterface

/// The same numbers as another element type. To integers: rounded towards zero and held in the
/// type's range (of float32 numbers, for int32), with 0 for NaN.
struct Convert: ElementwiseOperation {
  static let name = "convert"
  let element: ElementType

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.require(
      operands[0].element != element, operands, "the element type must change to \(element)")
    return ValueType(operands[0].shape, element)
  }

  func opcode(_ operands: [ValueType]) -> LoopOpcode {
    switch (operands[0].element, element) {
    case (.float32, .int32): .integerFromFloat
    case (.float32, _): .byteFromFloat
    case (.int32, .float32): .floatFromInteger
    case (.int32, _): .byteFromInteger
    case (.uint8, .float32): .floatFromByte
    case (.uint8, _): .integerFromByte
    }
  }

  func element(_ x: [Double]) -> Double {
    switch element {
    case .float32: x[0]
    case .int32: held(x[0], in: -0x1p31...0x1.fffffep30)
    case .uint8: held(x[0], in: 0...255)
    }
  }

  private func held(_ number: Double, in range: ClosedRange<Double>) -> Double {
    number.isNaN
      ? 0 : min(max(number.rounded(.towardZero), range.lowerBound), range.upperBound)
  }

  func pullback(_ node: PullbackContext) -> [Expression?] { [nil] }
}

extension Expression {
  /// The same numbers as another element type; no gradient flows.
  public func converted(to element: ElementType) -> Expression {
    element == self.element ? self : Self.elementwise(Convert(element: element), self)
  }
}
