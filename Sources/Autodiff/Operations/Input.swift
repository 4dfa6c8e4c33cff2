/// A value that the caller writes before a run.
struct Input: Operation {
  static let name = "input"
  let name: String
  let type: ValueType

  func resultType(_ operands: [ValueType]) -> ValueType { type }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    preconditionFailure("input: '\(name)' has no value")
  }

  /// Nothing to compute: the program owns its memory.
  func lower(_ context: inout LoweringContext) {}
}
