internal import KernelInterface
internal import Kernels

// How products meet their kernels: transposed copies in scratch memory, and sums that begin with a
// third operand.

extension LoweringContext {
  mutating func appendProduct(transposesLeft: Bool, transposesRight: Bool) {
    let left = operands[0]
    let (rows, columns) = (result.shape[0], result.shape[1])
    let depth = transposesLeft ? left.shape[0] : left.shape[1]
    appendStart()
    let b = rightOperand(transposes: transposesRight, rows: rows, columns: columns, depth: depth)
    if let productMemory {
      append(
        ResumedProductCall(
          kernels: kernels, rows: rows, columns: columns, depth: depth, a: left.floats,
          b: b.pointer, bRowStride: b.rowStride, bPanelStride: b.panelStride, c: result.floats,
          epilogue: epilogue, memory: productMemory))
      return
    }
    let isInPanels = result.layout == .panels
    append(
      MatrixProductCall(
        kernels: kernels, rows: rows, columns: columns, depth: depth, a: left.floats,
        aRowStride: left.shape[1], transposesA: transposesLeft,
        aCopies: (count: left.copies, stride: left.copyStride), b: b.pointer,
        bRowStride: b.rowStride, bPanelStride: b.panelStride,
        c: result.floats, cRowStride: isInPanels ? ProductArguments.panelColumns : columns,
        cPanelStride: isInPanels
          ? MatrixLayout.panelStride(rows: rows) : ProductArguments.panelColumns,
        accumulates: operands.count > 2,
        keepsColumns: isInPanels || operands[1].layout == .panels && !transposesRight,
        threads: threadCount, epilogue: epilogue, isResultRead: isResultRead))
  }

  private struct RightOperand {
    var pointer: UnsafeMutablePointer<Float>
    var rowStride: Int
    var panelStride: Int
  }

  /// The right operand of a product as the kernel reads it: in panels if it lies so, if it is to be
  /// transposed, if it is a variable of many rows, which several products may share, or if the result
  /// has so many rows that a copy in scratch memory pays.
  private mutating func rightOperand(
    transposes: Bool, rows: Int, columns: Int, depth: Int
  ) -> RightOperand {
    let operand = operands[1]
    if transposes {
      return RightOperand(
        pointer: transposedPanels(operand, rows: columns, columns: depth),
        rowStride: ProductArguments.panelColumns,
        panelStride: PanelTransposeCall.panelStride(columns: depth))
    }
    if operand.layout == .panels {
      return RightOperand(
        pointer: operand.floats, rowStride: ProductArguments.panelColumns,
        panelStride: MatrixLayout.panelStride(rows: depth))
    }
    let byteCount = PanelCopyCall.elementCount(rows: depth, columns: columns) * 4
    func call(_ target: UnsafeMutablePointer<Float>) -> PanelCopyCall {
      PanelCopyCall(rows: depth, columns: columns, source: operand.floats, target: target)
    }
    let copy: UnsafeMutablePointer<Float>
    if MatrixProductCall.paysForPanels(rows: rows, columns: columns, depth: depth),
      let panels = panels(
        of: operand, columns: columns, form: .panels, byteCount: byteCount, filledBy: call)
    {
      copy = panels
    } else if MatrixProductCall.paysForCopy(rows: rows, columns: columns, depth: depth) {
      copy = scratch(byteCount: byteCount).assumingMemoryBound(to: Float.self)
      append(call(copy))
    } else {
      return RightOperand(
        pointer: operand.floats, rowStride: columns, panelStride: ProductArguments.panelColumns)
    }
    return RightOperand(
      pointer: copy, rowStride: ProductArguments.panelColumns,
      panelStride: PanelCopyCall.panelStride(rows: depth))
  }

  /// A sum that begins with a third operand begins with it in the result's memory.
  mutating func appendStart() {
    guard operands.count > 2, operands[2].pointer != result.pointer else { return }
    append(
      StridedCopyCall(
        operands[2].pointer, result.pointer, [result.count], sourceStrides: [1], elementSize: 4))
  }

  /// The transpose of `[rows, columns]` in panels: kept of a variable, and in scratch memory of
  /// anything else.
  mutating func transposedPanels(
    _ operand: BufferView, rows: Int, columns: Int
  ) -> UnsafeMutablePointer<Float> {
    let byteCount = PanelTransposeCall.elementCount(rows: rows, columns: columns) * 4
    func call(_ target: UnsafeMutablePointer<Float>) -> PanelTransposeCall {
      PanelTransposeCall(
        kernels: kernels, rows: rows, columns: columns, source: operand.floats,
        isInPanels: operand.layout == .panels, target: target)
    }
    if let panels = panels(
      of: operand, columns: columns, form: .transposedPanels, byteCount: byteCount, filledBy: call)
    {
      return panels
    }
    let target = scratch(byteCount: byteCount).assumingMemoryBound(to: Float.self)
    append(call(target))
    return target
  }

  /// The transpose, `[rows, columns]` to `[columns, rows]`, in scratch memory.
  mutating func transposed(
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
