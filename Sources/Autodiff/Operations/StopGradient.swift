/// The operand itself, but a constant to differentiation.
struct StopGradient: Operation {
  static let name = "stop gradient"

  func resultType(_ operands: [ValueType]) -> ValueType { operands[0] }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    operands[0].elements
  }

  /// Nothing to compute: the compiler lets the result share the operand's memory.
  func lower(_ context: inout LoweringContext) {}
}
