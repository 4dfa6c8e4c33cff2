internal import Kernels

/// The operand repeated along axes of extent 1 and along new leading axes (NumPy's rule).
struct Broadcast: Operation {
  static let name = "broadcast"
  let shape: Shape

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.require(
      Shape.broadcast(operands[0].shape, shape) == shape, operands,
      "the operand must broadcast to \(shape)")
    return ValueType(shape, operands[0].element)
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    let strides = Self.strides(from: operands[0].shape, to: result)
    return places(result).map { place in
      operands[0].elements[zip(place, strides).reduce(0) { $0 + $1.0 * $1.1 }]
    }
  }

  /// The sum over the axes that were repeated.
  func pullback(_ node: PullbackContext) -> [Expression?] {
    let operand = node.operands[0].shape
    let added = shape.rank - operand.rank
    let axes = shape.dimensions.indices.filter { axis in
      axis < added || operand[axis - added] != shape[axis]
    }
    return [node.cotangents[0].sum(axes).reshaped(to: operand)]
  }

  func lower(_ context: inout LoweringContext) {
    context.append(
      StridedCopyCall(
        context.operands[0].pointer, context.result.pointer, context.result.shape,
        sourceStrides: Self.strides(from: context.operands[0].shape, to: context.result.shape),
        elementSize: context.result.element.byteCount))
  }

  /// The operand's strides as seen along the result's axes: 0 where it is repeated.
  static func strides(from operand: [Int], to result: [Int]) -> [Int] {
    let own = rowMajorStrides(operand)
    let added = result.count - operand.count
    return result.indices.map { axis in
      axis < added || operand[axis - added] != result[axis] ? 0 : own[axis - added]
    }
  }
}

extension Expression {
  /// The operand repeated to fill a shape, by NumPy's rule.
  public func broadcast(to shape: Shape) -> Expression {
    if shape == self.shape { return self }
    if let value = fillValue { return graph.fill(value, shape: shape) }
    return graph.apply(Broadcast(shape: shape), to: [self])
  }
}

/// The strides of a row-major array, in elements.
package func rowMajorStrides(_ shape: [Int]) -> [Int] {
  var strides = Array(repeating: 1, count: shape.count)
  for axis in shape.indices.dropLast().reversed() {
    strides[axis] = strides[axis + 1] * shape[axis + 1]
  }
  return strides
}

/// Every place of an array in row-major order; for the reference values only.
func places(_ shape: [Int]) -> [[Int]] {
  shape.reduce([[]]) { places, extent in
    places.flatMap { place in (0..<extent).map { place + [$0] } }
  }
}
