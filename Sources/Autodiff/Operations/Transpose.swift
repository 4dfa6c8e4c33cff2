internal import Kernels

/// The axes in another order.
struct Transpose: Operation {
  static let name = "transpose"
  /// Axis `i` of the result is axis `order[i]` of the operand.
  let order: [Int]

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.require(
      order.sorted() == Array(operands[0].shape.dimensions.indices), operands,
      "\(order) must name every axis once")
    return ValueType(Shape(order.map { operands[0].shape[$0] }), operands[0].element)
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    let strides = rowMajorStrides(operands[0].shape)
    return places(result).map { place in
      operands[0].elements[zip(place, order).reduce(0) { $0 + $1.0 * strides[$1.1] }]
    }
  }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    [node.cotangents[0].transposed(order.indices.map { order.firstIndex(of: $0)! })]
  }

  func lower(_ context: inout LoweringContext) {
    let strides = rowMajorStrides(context.operands[0].shape)
    context.append(
      StridedCopyCall(
        context.operands[0].pointer, context.result.pointer, context.result.shape,
        sourceStrides: order.map { strides[$0] }, elementSize: context.result.element.byteCount))
  }
}

extension Expression {
  /// The axes in another order: axis `i` of the result is axis `order[i]`.
  public func transposed(_ order: [Int]) -> Expression {
    if order == Array(order.indices) { return self }
    if let inner = node.operation as? Transpose {
      return operands[0].transposed(order.map { inner.order[$0] })
    }
    return graph.apply(Transpose(order: order), to: [self])
  }
}
