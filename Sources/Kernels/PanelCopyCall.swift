internal import KernelInterface

/// A row-major matrix in the order in which a product reads it: `[K, N]` → panels of 32 columns,
/// `[⌈N / 32⌉, K, 32]`.
///
/// In the matrix itself a product along a great depth meets a piece of every row, far from the next.
public struct PanelCopyCall: KernelCall, @unchecked Sendable {
  /// A row of a panel.
  private typealias Piece = SIMD32<Float>

  private let source: UnsafePointer<Float>
  private let target: UnsafeMutablePointer<Float>
  private let rows: Int
  private let columns: Int
  private let rowsPerTask: Int

  /// - Parameters:
  ///   - source: `[rows, columns]`.
  ///   - target: ``elementCount(rows:columns:)`` elements; does not overlap the source.
  public init(
    rows: Int, columns: Int, source: UnsafePointer<Float>, target: UnsafeMutablePointer<Float>
  ) {
    self.source = source
    self.target = target
    self.rows = rows
    self.columns = columns
    rowsPerTask = max(1, 32_768 / max(1, columns))
  }

  /// From one panel to the next.
  public static func panelStride(rows: Int) -> Int { rows * ProductArguments.panelColumns }

  /// The elements of all panels; what fills up the last one is not written.
  public static func elementCount(rows: Int, columns: Int) -> Int {
    (columns + ProductArguments.panelColumns - 1) / ProductArguments.panelColumns
      * panelStride(rows: rows)
  }

  public var taskCount: Int { (rows + rowsPerTask - 1) / rowsPerTask }

  public func run(task: Int) {
    for row in task * rowsPerTask..<min(rows, (task + 1) * rowsPerTask) {
      var from = UnsafeRawPointer(source + row * columns)
      var to = UnsafeMutableRawPointer(target + row * ProductArguments.panelColumns)
      for _ in 0..<columns / ProductArguments.panelColumns {
        to.storeBytes(of: from.loadUnaligned(as: Piece.self), as: Piece.self)
        from += MemoryLayout<Piece>.size
        to += Self.panelStride(rows: rows) * MemoryLayout<Float>.size
      }
      to.copyMemory(
        from: from,
        byteCount: columns % ProductArguments.panelColumns * MemoryLayout<Float>.size)
    }
  }
}
