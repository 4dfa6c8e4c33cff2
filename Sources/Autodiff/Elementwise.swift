package import KernelInterface

/// An operation that computes every element from the operands' elements at the same place.
///
/// The compiler joins such operations into loops and appends them to products, so they have an
/// opcode of the loop kernel instead of a kernel of their own.
package protocol ElementwiseOperation: Operation {
  func opcode(_ operands: [ValueType]) -> LoopOpcode

  /// One element in Double.
  func element(_ operands: [Double]) -> Double
}

extension ElementwiseOperation {
  package var elementwise: (any ElementwiseOperation)? { self }

  package func resultType(_ operands: [ValueType]) -> ValueType {
    Self.require(
      operands.dropFirst().allSatisfy { $0 == operands[0] } && operands[0].element != .uint8,
      operands, "the operands must have one shape and be float32 or int32")
    return operands[0]
  }

  package func reference(
    _ operands: [ReferenceValue], _ result: [Int], batch: Int
  ) -> [Double] {
    (0..<result.reduce(1, *)).map { place in element(operands.map { $0.elements[place] }) }
  }

  package func lower(_ context: inout LoweringContext) {
    preconditionFailure("\(Self.name): elementwise operations are lowered in loops")
  }

  static func requireFloat(_ operands: [ValueType]) {
    require(
      operands.allSatisfy { $0.element == .float32 && $0.shape == operands[0].shape }, operands,
      "the operands must be float32 of one shape")
  }
}

extension Expression {
  /// Applies an elementwise operation after broadcasting the operands to one shape.
  static func elementwise<O: Operation>(_ operation: O, _ operands: Expression...) -> Expression {
    let shape = operands.dropFirst().reduce(operands[0].shape) { shape, operand in
      guard let joint = Shape.broadcast(shape, operand.shape) else {
        preconditionFailure(
          "\(O.name): the shapes \(shape) and \(operand.shape) do not broadcast")
      }
      return joint
    }
    return operands[0].graph.apply(operation, to: operands.map { $0.broadcast(to: shape) })
  }
}
