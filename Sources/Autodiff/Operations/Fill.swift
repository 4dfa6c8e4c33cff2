internal import Kernels

/// One float32 number everywhere.
struct Fill: Operation {
  static let name = "fill"
  let value: Float
  let shape: Shape

  // Zero and minus zero are different constants, and a NaN is the same as itself.
  static func == (left: Fill, right: Fill) -> Bool {
    left.value.bitPattern == right.value.bitPattern && left.shape == right.shape
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(value.bitPattern)
    hasher.combine(shape)
  }

  func resultType(_ operands: [ValueType]) -> ValueType { ValueType(shape) }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    Array(repeating: Double(value), count: result.reduce(1, *))
  }

  func lower(_ context: inout LoweringContext) {
    context.append(FillCall(bits: value.bitPattern, context.result.pointer, context.result.count))
  }
}
