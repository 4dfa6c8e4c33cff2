internal import Kernels

/// Rows of a table by their indices: `[R, …]` and int32 `[M]` to `[M, …]`. An index outside the
/// table gives a row of zeros.
struct Gather: Operation {
  static let name = "gather"

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.require(
      operands[0].element == .float32 && operands[0].shape.rank >= 1
        && operands[1].element == .int32 && operands[1].shape.rank == 1, operands,
      "a float32 table and a vector of int32 indices are needed")
    return ValueType(operands[0].shape.replacing(axis: 0, with: operands[1].shape[0]))
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    let run = result[1...].reduce(1, *)
    return operands[1].elements.flatMap { index -> [Double] in
      let row = Int(index)
      guard (0..<operands[0].shape[0]).contains(row) else {
        return Array(repeating: 0, count: run)
      }
      return Array(operands[0].elements[row * run..<(row + 1) * run])
    }
  }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    let rows = node.operands[0].shape[0]
    return [
      node.graph.apply(Scatter(rows: rows), to: [node.cotangents[0], node.operands[1]]), nil,
    ]
  }

  func lower(_ context: inout LoweringContext) {
    let (table, indices) = (context.operands[0], context.operands[1])
    context.append(
      GatherCall(
        table.floats, indices.integers, context.result.floats, rows: table.shape[0],
        count: indices.count, run: table.shape[1...].reduce(1, *)))
  }
}

/// The transpose of ``Gather``: rows added into a table of zeros by their indices, in ascending
/// order; an index outside the table adds nothing.
struct Scatter: Operation {
  static let name = "scatter"
  let rows: Dimension

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.require(
      operands[0].element == .float32 && operands[0].shape.rank >= 1
        && operands[1] == ValueType([operands[0].shape[0]], .int32), operands,
      "float32 rows and one int32 index a row are needed")
    return ValueType(operands[0].shape.replacing(axis: 0, with: rows))
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    let run = result[1...].reduce(1, *)
    var table = Array(repeating: 0.0, count: result.reduce(1, *))
    for (row, index) in operands[1].elements.enumerated() where index >= 0 && Int(index) < result[0]
    {
      for place in 0..<run {
        table[Int(index) * run + place] += operands[0].elements[row * run + place]
      }
    }
    return table
  }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    [node.cotangents[0].gather(node.operands[1]), nil]
  }

  func lower(_ context: inout LoweringContext) {
    let (rows, indices, result) = (context.operands[0], context.operands[1], context.result)
    context.append(
      ScatterCall(
        rows.floats, indices.integers, result.floats, rows: result.shape[0], count: indices.count,
        run: result.shape[1...].reduce(1, *)))
  }
}

extension Expression {
  /// The rows at `indices` (int32 `[M]`): `[R, …]` to `[M, …]`.
  public func gather(_ indices: Expression) -> Expression {
    graph.apply(Gather(), to: [self, indices])
  }
}
