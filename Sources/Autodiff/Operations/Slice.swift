internal import Kernels

/// A block of the operand: from `starts`, with the extents of `shape`.
struct Slice: Operation {
  static let name = "slice"
  let starts: [Dimension]
  let shape: Shape

  func resultType(_ operands: [ValueType]) -> ValueType {
    let operand = operands[0].shape
    Self.require(
      starts.count == operand.rank && shape.rank == operand.rank
        && operand.dimensions.indices.allSatisfy { axis in
          guard let end = Dimension.sum(starts[axis], shape[axis]) else { return false }
          return end.isBatch == operand[axis].isBatch && end.multiple <= operand[axis].multiple
        }, operands, "the block \(shape) at \(starts) must lie inside")
    return ValueType(shape, operands[0].element)
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    let strides = rowMajorStrides(operands[0].shape)
    let offsets = starts.map { $0.extent(batch: batch) }
    return places(result).map { place in
      operands[0].elements[
        zip(zip(place, offsets), strides).reduce(0) { $0 + ($1.0.0 + $1.0.1) * $1.1 }]
    }
  }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    [node.cotangents[0].padded(starts: starts, to: node.operands[0].shape)]
  }

  func lower(_ context: inout LoweringContext) {
    let source = context.operands[0]
    let strides = rowMajorStrides(source.shape)
    let offset = zip(starts, strides).reduce(0) {
      $0 + $1.0.extent(batch: context.batch) * $1.1
    }
    context.append(
      StridedCopyCall(
        source.pointer + offset * source.element.byteCount, context.result.pointer,
        context.result.shape, sourceStrides: strides, elementSize: source.element.byteCount))
  }
}

extension Expression {
  /// A block: from `starts`, with the extents of `shape`.
  public func slice(starts: [Dimension], shape: Shape) -> Expression {
    shape == self.shape ? self : graph.apply(Slice(starts: starts, shape: shape), to: [self])
  }

  /// The part of one axis from `start` with extent `count`.
  public func slice(axis: Int, from start: Dimension, count: Dimension) -> Expression {
    var starts = Array(repeating: Dimension(0), count: shape.rank)
    starts[axis] = start
    return slice(starts: starts, shape: shape.replacing(axis: axis, with: count))
  }
}
