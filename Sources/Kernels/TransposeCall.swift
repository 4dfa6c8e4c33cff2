public import KernelInterface

/// The transpose of a row-major matrix: `[R, C]` → `[C, R]`.
public struct TransposeCall: KernelCall, @unchecked Sendable {
  /// Elements that are worth a task: about 5 µs.
  private static let elementsPerTask = 32_768

  private let kernel: @Sendable (TransposeArguments) -> Void
  private let arguments: TransposeArguments
  private let columnsPerTask: Int

  /// - Parameters:
  ///   - source: `[rows, columns]`, `sourceRowStride` elements from row to row.
  ///   - target: `[columns, rows]`; does not overlap the source.
  public init(
    kernels: KernelTable, rows: Int, columns: Int,
    source: UnsafePointer<Float>, sourceRowStride: Int,
    target: UnsafeMutablePointer<Float>, targetRowStride: Int
  ) {
    kernel = kernels.transpose
    arguments = TransposeArguments(
      source: source, sourceRowStride: sourceRowStride, target: target,
      targetRowStride: targetRowStride, rows: rows, columns: columns)
    columnsPerTask = max(16, (Self.elementsPerTask / max(1, rows) + 15) / 16 * 16)
  }

  public var taskCount: Int { (arguments.columns + columnsPerTask - 1) / columnsPerTask }

  public func run(task: Int) {
    let column = task * columnsPerTask
    var part = arguments
    part.source += column
    part.target += column * part.targetRowStride
    part.columns = min(columnsPerTask, part.columns - column)
    kernel(part)
  }
}
