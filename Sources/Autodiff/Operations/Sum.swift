internal import Kernels

/// The sum over neighbouring axes, which are removed.
///
/// The order: element `r` of the summed axes goes to partial sum `r mod 16`, each in ascending
/// order; the 16 partial sums are joined as a tree (8 + 8, 4 + 4, 2 + 2, 1 + 1).
struct Sum: Operation {
  static let name = "sum"
  let axes: Range<Int>

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.require(
      operands[0].element == .float32 && axes.upperBound <= operands[0].shape.rank, operands,
      "the operand must be float32 with axes \(axes)")
    return ValueType(operands[0].shape.removing(axes: Array(axes)))
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    let (outer, length, inner) = splitExtents(operands[0].shape, at: axes)
    var sums = Array(repeating: 0.0, count: outer * inner)
    for place in operands[0].elements.indices {
      sums[place / inner / length * inner + place % inner] += operands[0].elements[place]
    }
    return sums
  }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    [node.cotangents[0].unsqueezed(axes, of: node.operands[0].shape)]
  }

  func lower(_ context: inout LoweringContext) {
    let (outer, length, inner) = splitExtents(context.operands[0].shape, at: axes)
    context.append(
      SumCall(
        context.kernels, context.operands[0].floats, context.result.floats, outer: outer,
        length: length, inner: inner))
  }
}

extension Expression {
  /// The sum over some axes, which are removed. Axes that are not neighbours are summed one run
  /// after the other, the last run first.
  public func sum(_ axes: [Int]) -> Expression {
    // Unpooling puts every element at one place of its plane, so over planes the sums are the same.
    if node.performs(Unpool.self), axes.contains(1), axes.contains(2) {
      return operands[0].sum(axes)
    }
    var result = self
    for run in Self.runs(axes) {
      result = graph.apply(Sum(axes: run), to: [result])
    }
    return result
  }

  /// The mean over some axes, which are removed.
  public func mean(_ axes: [Int]) -> Expression {
    let count = Shape(axes.map { shape[$0] }).elementCount
    let sum = sum(axes)
    return count.isBatch
      ? sum / (graph.batchSize() * Float(count.multiple)) : sum / Float(count.multiple)
  }

  /// Repeats this along axes that were removed from `shape`.
  func unsqueezed(_ axes: Range<Int>, of shape: Shape) -> Expression {
    var kept = shape
    for axis in axes { kept = kept.replacing(axis: axis, with: 1) }
    return reshaped(to: kept).broadcast(to: shape)
  }

  /// Runs of neighbouring axes, the last first.
  private static func runs(_ axes: [Int]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for axis in axes.sorted(by: >) {
      if let last = runs.last, last.lowerBound == axis + 1 {
        runs[runs.count - 1] = axis..<last.upperBound
      } else {
        runs.append(axis..<axis + 1)
      }
    }
    return runs
  }
}

/// The extents before, of and after a run of axes.
func splitExtents(_ shape: [Int], at axes: Range<Int>) -> (outer: Int, length: Int, inner: Int) {
  (
    shape[..<axes.lowerBound].reduce(1, *), shape[axes].reduce(1, *),
    shape[axes.upperBound...].reduce(1, *)
  )
}
