internal import KernelInterface
internal import Kernels

/// How the elements of a matrix follow each other in memory.
package enum MatrixLayout: Sendable {
  /// Row by row.
  case rows
  /// Panels of 32 columns one after another, each row by row: a thread that reads and updates
  /// columns of its own shares no part of the cache with the others.
  case panels

  private static let width = ProductArguments.panelColumns

  /// Whether a value may be laid out in panels: a matrix of several whole ones.
  static func allowsPanels(_ type: ValueType) -> Bool {
    let shape = type.shape
    guard type.element == .float32, shape.rank == 2, shape.batchAxis == nil else { return false }
    let (rows, columns) = (shape[0].multiple, shape[1].multiple)
    return rows >= width && columns >= 2 * width && columns.isMultiple(of: width)
  }

  /// From one panel of a matrix to the next.
  static func panelStride(rows: Int) -> Int { rows * width }

  /// The call that copies a matrix `[rows, columns]` from one layout to another.
  static func copy(
    of source: UnsafeMutableRawPointer, _ layout: MatrixLayout,
    to target: UnsafeMutableRawPointer, _ newLayout: MatrixLayout, rows: Int, columns: Int
  ) -> any KernelCall {
    func copy(_ shape: [Int], _ strides: [Int]) -> StridedCopyCall {
      StridedCopyCall(source, target, shape, sourceStrides: strides, elementSize: 4)
    }
    return switch (layout, newLayout) {
    case (.panels, .rows):
      copy([rows, columns / width, width], [width, panelStride(rows: rows), 1])
    case (.rows, .panels):
      PanelCopyCall(
        rows: rows, columns: columns, source: source.assumingMemoryBound(to: Float.self),
        target: target.assumingMemoryBound(to: Float.self))
    default: copy([rows * columns], [1])
    }
  }
}
