internal import Kernels

/// The index along one axis, as int32.
struct Iota: Operation {
  static let name = "iota"
  let shape: Shape
  let axis: Int

  func resultType(_ operands: [ValueType]) -> ValueType {
    precondition(shape.dimensions.indices.contains(axis), "iota: \(shape) has no axis \(axis)")
    return ValueType(shape, .int32)
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    let inner = result[(axis + 1)...].reduce(1, *)
    return (0..<result.reduce(1, *)).map { Double($0 / inner % result[axis]) }
  }

  func lower(_ context: inout LoweringContext) {
    let shape = context.result.shape
    context.append(
      IotaCall(
        context.result.integers, count: context.result.count, extent: shape[axis],
        inner: shape[(axis + 1)...].reduce(1, *)))
  }
}
