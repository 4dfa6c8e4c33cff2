internal import Kernels

/// Elements along the last axis by their places: `[…, L]` and int32 `[…, K]` to `[…, K]`. A place
/// outside the axis gives 0.
struct TakeAlong: Operation {
  static let name = "take along"

  func resultType(_ operands: [ValueType]) -> ValueType {
    requireRows(Self.self, operands)
    return ValueType(operands[1].shape)
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    let (length, count) = (operands[0].shape.last!, result.last!)
    return operands[1].elements.enumerated().map { place, index in
      index >= 0 && Int(index) < length
        ? operands[0].elements[place / count * length + Int(index)] : 0
    }
  }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    let length = node.operands[0].shape.dimensions.last!
    return [
      node.graph.apply(PutAlong(length: length), to: [node.cotangents[0], node.operands[1]]), nil,
    ]
  }

  func lower(_ context: inout LoweringContext) {
    let (operand, places) = (context.operands[0], context.operands[1])
    context.append(
      TakeAlongCall(
        operand.floats, places.integers, context.result.floats,
        rows: places.count / places.shape.last!, length: operand.shape.last!,
        count: places.shape.last!))
  }
}

/// The transpose of ``TakeAlong``: elements added into rows of zeros by their places, in ascending
/// order; a place outside the axis adds nothing.
struct PutAlong: Operation {
  static let name = "put along"
  let length: Dimension

  func resultType(_ operands: [ValueType]) -> ValueType {
    requireRows(Self.self, operands)
    Self.require(
      operands[0].shape == operands[1].shape && !length.isBatch, operands,
      "there must be one place an element")
    let shape = operands[0].shape
    return ValueType(shape.replacing(axis: shape.rank - 1, with: length))
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    let (length, count) = (result.last!, operands[0].shape.last!)
    var elements = Array(repeating: 0.0, count: result.reduce(1, *))
    for (place, index) in operands[1].elements.enumerated() where index >= 0 && Int(index) < length
    {
      elements[place / count * length + Int(index)] += operands[0].elements[place]
    }
    return elements
  }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    [node.cotangents[0].takeAlongLastAxis(node.operands[1]), nil]
  }

  func lower(_ context: inout LoweringContext) {
    let (operand, places) = (context.operands[0], context.operands[1])
    context.append(
      PutAlongCall(
        operand.floats, places.integers, context.result.floats,
        rows: places.count / places.shape.last!, length: context.result.shape.last!,
        count: places.shape.last!))
  }
}

private func requireRows<O: Operation>(_ operation: O.Type, _ operands: [ValueType]) {
  let rank = operands[0].shape.rank
  O.require(
    operands[0].element == .float32 && operands[1].element == .int32 && rank >= 1
      && operands[1].shape.rank == rank && !operands[1].shape[rank - 1].isBatch
      && operands[0].shape.removing(axes: [rank - 1])
        == operands[1].shape.removing(axes: [rank - 1]),
    operands,
    "float32 rows and int32 places must agree but for the last axis")
}

extension Expression {
  /// Elements along the last axis by their places (int32 `[…, K]`): `[…, L]` to `[…, K]`.
  public func takeAlongLastAxis(_ places: Expression) -> Expression {
    graph.apply(TakeAlong(), to: [self, places])
  }
}
