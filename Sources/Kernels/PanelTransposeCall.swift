public import KernelInterface

/// The transpose of a row-major matrix, in the order in which a product reads it: `[N, K]` →
/// panels of 32 columns, `[⌈N / 32⌉, K, 32]`.
///
/// A row of the transpose itself may be as long as a memory page, so that every step of a product
/// along its depth would meet another page.
public struct PanelTransposeCall: KernelCall, @unchecked Sendable {
  /// Elements that are worth a task: about 5 µs.
  private static let elementsPerTask = 32_768

  private let kernel: @Sendable (TransposeArguments) -> Void
  private let source: UnsafePointer<Float>
  private let target: UnsafeMutablePointer<Float>
  private let rows: Int
  private let columns: Int
  /// The columns of the source that are in one piece, and from one such piece to the next.
  private let width: Int
  private let sourcePanelStride: Int
  private let panelsPerTask: Int

  /// - Parameters:
  ///   - source: `[rows, columns]`, or whole panels of it: `[columns / 32, rows, 32]`.
  ///   - target: ``elementCount(rows:columns:)`` elements; does not overlap the source.
  public init(
    kernels: KernelTable, rows: Int, columns: Int, source: UnsafePointer<Float>,
    isInPanels: Bool = false, target: UnsafeMutablePointer<Float>
  ) {
    kernel = kernels.transpose
    self.source = source
    self.target = target
    self.rows = rows
    self.columns = columns
    width = isInPanels ? ProductArguments.panelColumns : columns
    sourcePanelStride = rows * width
    panelsPerTask = max(1, Self.elementsPerTask / max(1, Self.panelStride(columns: width)))
  }

  /// From one panel to the next.
  public static func panelStride(columns: Int) -> Int { columns * ProductArguments.panelColumns }

  /// The elements of all panels; what fills up the last one is not written.
  public static func elementCount(rows: Int, columns: Int) -> Int {
    panelCount(rows) * panelStride(columns: columns)
  }

  private static func panelCount(_ rows: Int) -> Int {
    (rows + ProductArguments.panelColumns - 1) / ProductArguments.panelColumns
  }

  /// The tasks of each piece.
  private var parts: Int { (Self.panelCount(rows) + panelsPerTask - 1) / panelsPerTask }

  /// Neighbouring tasks read a piece of the source: where threads keep columns of it, nobody else
  /// reads them, and they are still soon written.
  public var taskCount: Int { columns / max(1, width) * parts }

  public func run(task: Int) {
    let (piece, part) = task.quotientAndRemainder(dividingBy: parts)
    for panel in part * panelsPerTask..<min(Self.panelCount(rows), (part + 1) * panelsPerTask) {
      let row = panel * ProductArguments.panelColumns
      kernel(
        TransposeArguments(
          source: source + piece * sourcePanelStride + row * width, sourceRowStride: width,
          target: target + panel * Self.panelStride(columns: columns)
            + piece * width * ProductArguments.panelColumns,
          targetRowStride: ProductArguments.panelColumns,
          rows: min(ProductArguments.panelColumns, rows - row), columns: width))
    }
  }
}
