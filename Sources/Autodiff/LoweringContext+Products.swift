internal import KernelInterface
internal import Kernels

// How products, convolutions and pooling meet their kernels: transposed copies and zero padding in
// scratch memory, and sums that begin with a third operand.

extension LoweringContext {
  mutating func appendProduct(transposesLeft: Bool, transposesRight: Bool) {
    let (left, right) = (operands[0], operands[1])
    let (rows, columns) = (result.shape[0], result.shape[1])
    let depth = transposesLeft ? left.shape[0] : left.shape[1]
    appendStart()
    append(
      MatrixProductCall(
        kernels: kernels, rows: rows, columns: columns, depth: depth, a: left.floats,
        aRowStride: left.shape[1], transposesA: transposesLeft,
        b: transposesRight ? transposed(right, rows: columns, columns: depth) : right.floats,
        bRowStride: columns, c: result.floats, cRowStride: columns,
        accumulates: operands.count > 2, epilogue: epilogue))
  }

  /// A sum that begins with a third operand begins with it in the result's memory.
  private mutating func appendStart() {
    guard operands.count > 2, operands[2].pointer != result.pointer else { return }
    append(
      StridedCopyCall(
        operands[2].pointer, result.pointer, [result.count], sourceStrides: [1], elementSize: 4))
  }

  /// The transpose, `[rows, columns]` to `[columns, rows]`, in scratch memory.
  private mutating func transposed(
    _ operand: BufferView, rows: Int, columns: Int
  ) -> UnsafeMutablePointer<Float> {
    let target = scratch(byteCount: rows * columns * 4).assumingMemoryBound(to: Float.self)
    append(
      TransposeCall(
        kernels: kernels, rows: rows, columns: columns, source: operand.floats,
        sourceRowStride: columns, target: target, targetRowStride: rows))
    return target
  }
}
