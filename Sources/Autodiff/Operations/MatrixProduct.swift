internal import Kernels

/// The product of two matrices, either of them transposed, and optionally added to a third operand:
/// `[M, K] · [K, N]` to `[M, N]`.
///
/// The order: each element is one chain of fused multiply-adds in ascending k, beginning with 0 or
/// with the third operand's element.
struct MatrixProduct: Operation {
  static let name = "matrix product"
  var transposesLeft = false
  var transposesRight = false

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.require(
      operands[0].shape.rank == 2 && operands[1].shape.rank == 2
        && operands.allSatisfy { $0.element == .float32 }, operands,
      "the operands must be float32 matrices")
    let (left, right) = (operands[0].shape, operands[1].shape)
    let (rows, depth) = transposesLeft ? (left[1], left[0]) : (left[0], left[1])
    let (depthRight, columns) = transposesRight ? (right[1], right[0]) : (right[0], right[1])
    Self.require(
      depth == depthRight, operands,
      "the inner extents must agree (transposed: \(transposesLeft), \(transposesRight))")
    let result = ValueType(Shape([rows, columns]))
    Self.require(
      operands.count < 3 || operands[2] == result, operands, "the sum begins with a \(result)")
    return result
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    let (left, right) = (operands[0], operands[1])
    let (rows, columns) = (result[0], result[1])
    let depth = transposesLeft ? left.shape[0] : left.shape[1]
    return (0..<rows * columns).map { place in
      let (row, column) = (place / columns, place % columns)
      return (0..<depth).reduce(operands.count > 2 ? operands[2].elements[place] : 0) { sum, k in
        sum + left.elements[transposesLeft ? k * rows + row : row * depth + k]
          * right.elements[transposesRight ? column * depth + k : k * columns + column]
      }
    }
  }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    let (left, right) = (node.operands[0], node.operands[1])
    let (forLeft, forRight) = (node.cotangents[0], node.cotangents[1])
    let gradients = [
      transposesLeft
        ? Expression.product(
          right, forLeft, transposingLeft: transposesRight, transposingRight: true)
        : Expression.product(forLeft, right, transposingRight: !transposesRight),
      transposesRight
        ? Expression.product(
          forRight, left, transposingLeft: true, transposingRight: transposesLeft)
        : Expression.product(left, forRight, transposingLeft: !transposesLeft),
    ]
    return gradients + node.cotangents.dropFirst(2)
  }

  func floatingPointOperations(_ operands: [[Int]], _ result: [Int]) -> Int {
    2 * result.reduce(1, *) * (transposesLeft ? operands[0][0] : operands[0][1])
  }

  func lower(_ context: inout LoweringContext) {
    context.appendProduct(transposesLeft: transposesLeft, transposesRight: transposesRight)
  }
}

extension Expression {
  /// The product of two matrices, either of them transposed: `[M, K] · [K, N]` to `[M, N]`.
  public static func product(
    _ left: Expression, _ right: Expression, transposingLeft: Bool = false,
    transposingRight: Bool = false
  ) -> Expression {
    left.graph.apply(
      MatrixProduct(transposesLeft: transposingLeft, transposesRight: transposingRight),
      to: [left, right])
  }
}
