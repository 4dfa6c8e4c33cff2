internal import Kernels

/// Uniform numbers in `0 ..< 1` by key, purpose, example and place.
struct RandomUniform: Operation {
  static let name = "random uniform"
  let purpose: String
  let shape: [Int]

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.require(
      operands[0] == ValueType([2], .int32) && operands[1].element == .int32
        && operands[1].shape.rank == 1, operands, "a key [2] and examples [N] (int32) are needed")
    return ValueType(Shape([operands[1].shape[0]] + shape.map { Dimension($0) }))
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    let words = operands[0].elements.map { UInt32(bitPattern: Int32($0)) }
    let key = RandomKey(words: SIMD2(words[0], words[1])).folding(purpose)
    let run = shape.reduce(1, *)
    return operands[1].elements.flatMap { example in
      (0..<run).map { Double(key.uniform(row: Int(example), index: $0)) }
    }
  }

  func lower(_ context: inout LoweringContext) {
    context.append(
      RandomUniformCall(
        context.kernels, key: context.operands[0].integers, purpose: RandomKey.hash(of: purpose),
        examples: context.operands[1].integers, context.result.floats,
        count: context.operands[1].count, run: shape.reduce(1, *)))
  }
}
