/// A value that stays from run to run: a parameter, or an optimizer's state.
struct Variable: Operation {
  static let name = "variable"
  let name: String
  let shape: Shape

  func resultType(_ operands: [ValueType]) -> ValueType {
    precondition(shape.batchAxis == nil, "variable: '\(name)' depends on the batch: \(shape)")
    return ValueType(shape)
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    preconditionFailure("variable: '\(name)' has no value")
  }

  /// Nothing to compute: the variables own its memory.
  func lower(_ context: inout LoweringContext) {}
}
