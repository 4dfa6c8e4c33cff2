internal import Kernels

/// The operand as a block of a larger tensor that is 0 elsewhere.
struct Pad: Operation {
  static let name = "pad"
  let starts: [Dimension]
  let shape: Shape

  func resultType(_ operands: [ValueType]) -> ValueType {
    let operand = operands[0].shape
    Self.require(
      starts.count == operand.rank && shape.rank == operand.rank
        && operand.dimensions.indices.allSatisfy { axis in
          guard let end = Dimension.sum(starts[axis], operand[axis]) else { return false }
          return end.isBatch == shape[axis].isBatch && end.multiple <= shape[axis].multiple
        }, operands, "the operand must fit into \(shape) at \(starts)")
    return ValueType(shape, operands[0].element)
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    let strides = rowMajorStrides(result)
    let offset = zip(starts, strides).reduce(0) { $0 + $1.0.extent(batch: batch) * $1.1 }
    var elements = Array(repeating: 0.0, count: result.reduce(1, *))
    for (source, place) in places(operands[0].shape).enumerated() {
      elements[zip(place, strides).reduce(offset) { $0 + $1.0 * $1.1 }] =
        operands[0].elements[source]
    }
    return elements
  }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    [node.cotangents[0].slice(starts: starts, shape: node.operands[0].shape)]
  }

  func lower(_ context: inout LoweringContext) {
    let (source, result) = (context.operands[0], context.result)
    let strides = rowMajorStrides(result.shape)
    let offset = zip(starts, strides).reduce(0) {
      $0 + $1.0.extent(batch: context.batch) * $1.1
    }
    let size = result.element.byteCount
    context.append(ZeroCall(result.pointer, byteCount: result.count * size))
    context.append(
      StridedCopyCall(
        source.pointer, result.pointer + offset * size, source.shape,
        sourceStrides: rowMajorStrides(source.shape), resultStrides: strides, elementSize: size))
  }
}

extension Expression {
  /// This as a block, at `starts`, of a tensor of `shape` that is 0 elsewhere.
  public func padded(starts: [Dimension], to shape: Shape) -> Expression {
    shape == self.shape ? self : graph.apply(Pad(starts: starts, shape: shape), to: [self])
  }
}
