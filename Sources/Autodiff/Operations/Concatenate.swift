internal import Kernels

/// The operands one after the other along an axis.
struct Concatenate: Operation {
  static let name = "concatenate"
  let axis: Int

  func resultType(_ operands: [ValueType]) -> ValueType {
    var extent: Dimension? = 0
    for operand in operands {
      Self.require(
        operand.element == operands[0].element && axis < operand.shape.rank
          && operand.shape.removing(axes: [axis]) == operands[0].shape.removing(axes: [axis]),
        operands, "the operands must agree but for axis \(axis)")
      extent = extent.flatMap { Dimension.sum($0, operand.shape[axis]) }
    }
    Self.require(extent != nil, operands, "the extents of axis \(axis) must add up")
    return ValueType(
      operands[0].shape.replacing(axis: axis, with: extent!), operands[0].element)
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    let outer = result[..<axis].reduce(1, *)
    return (0..<outer).flatMap { row in
      operands.flatMap { operand in
        let run = operand.shape[axis...].reduce(1, *)
        return operand.elements[row * run..<(row + 1) * run]
      }
    }
  }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    var start: Dimension = 0
    return node.operands.indices.map { index in
      let extent = node.operands[index].shape[axis]
      defer { start = Dimension.sum(start, extent)! }
      return node.cotangents[index].slice(axis: axis, from: start, count: extent)
    }
  }

  func lower(_ context: inout LoweringContext) {
    let result = context.result
    let strides = rowMajorStrides(result.shape)
    var offset = 0
    for operand in context.operands {
      context.append(
        StridedCopyCall(
          operand.pointer, result.pointer + offset * strides[axis] * result.element.byteCount,
          operand.shape, sourceStrides: rowMajorStrides(operand.shape), resultStrides: strides,
          elementSize: result.element.byteCount))
      offset += operand.shape[axis]
    }
  }
}

extension Expression {
  /// Several tensors one after the other along an axis.
  public static func concatenate(_ operands: [Expression], axis: Int) -> Expression {
    operands.count == 1
      ? operands[0] : operands[0].graph.apply(Concatenate(axis: axis), to: operands)
  }
}
