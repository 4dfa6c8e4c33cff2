internal import Kernels

/// The number of examples of the run, as a float32 scalar.
struct BatchSize: Operation {
  static let name = "batch size"

  func resultType(_ operands: [ValueType]) -> ValueType { ValueType([]) }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    [Double(batch)]
  }

  func lower(_ context: inout LoweringContext) {
    context.append(
      FillCall(bits: Float(context.batch).bitPattern, context.result.pointer, 1))
  }
}
