public import KernelInterface

/// The sum over the middle axis of `[outer, length, inner]`.
public struct SumCall: KernelCall, @unchecked Sendable {
  private let sumRows:
    @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int, Int, Int, Int) -> Void
  private let sumRun: @Sendable (UnsafePointer<Float>, Int) -> Float
  private let source: UnsafePointer<Float>
  private let result: UnsafeMutablePointer<Float>
  private let outer: Int
  private let length: Int
  private let inner: Int
  private let rowsPerTask: Int
  private let columnsPerTask: Int
  private let columnTasks: Int
  public let taskCount: Int

  public init(
    _ kernels: KernelTable, _ source: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>,
    outer: Int, length: Int, inner: Int
  ) {
    sumRows = kernels.sumRows
    sumRun = kernels.sumRun
    self.source = source
    self.result = result
    self.outer = outer
    self.length = length
    self.inner = inner
    // About 5 µs a task at 8 elements a nanosecond; columns are cut at 16, the widest vector.
    let budget = 40_000
    columnsPerTask = max(16, min(inner, budget / max(length, 1)) / 16 * 16)
    columnTasks = max(1, (inner + columnsPerTask - 1) / columnsPerTask)
    rowsPerTask = max(1, min(outer, budget / max(length * min(inner, columnsPerTask), 1)))
    taskCount = max(1, (outer + rowsPerTask - 1) / rowsPerTask) * columnTasks
  }

  public func run(task: Int) {
    let firstRow = task / columnTasks * rowsPerTask
    let start = task % columnTasks * columnsPerTask
    for row in firstRow..<min(outer, firstRow + rowsPerTask) {
      if inner == 1 {
        result[row] = sumRun(source + row * length, length)
      } else {
        sumRows(
          source + row * length * inner, result + row * inner, length, inner, start,
          min(inner, start + columnsPerTask))
      }
    }
  }
}

/// The softmax of rows of logits.
public struct SoftmaxCall: KernelCall, @unchecked Sendable {
  private let kernel:
    @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int, Int) -> Void
  private let logits: UnsafePointer<Float>
  private let result: UnsafeMutablePointer<Float>
  private let rows: RowTasks
  private let classes: Int
  public var taskCount: Int { rows.taskCount }

  public init(
    _ kernels: KernelTable, _ logits: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>,
    rows: Int, classes: Int
  ) {
    kernel = kernels.softmax
    self.logits = logits
    self.result = result
    self.rows = RowTasks(rows: rows, rowCost: classes * 4 + 64)
    self.classes = classes
  }

  public func run(task: Int) {
    let range = rows[task]
    kernel(
      logits + range.lowerBound * classes, result + range.lowerBound * classes, range.count,
      classes)
  }
}

/// The cross-entropy of rows of logits with one label a row.
public struct CrossEntropyCall: KernelCall, @unchecked Sendable {
  private let kernel:
    @Sendable (
      UnsafePointer<Float>, UnsafePointer<Int32>, UnsafeMutablePointer<Float>, Int, Int
    ) -> Void
  private let logits: UnsafePointer<Float>
  private let labels: UnsafePointer<Int32>
  private let result: UnsafeMutablePointer<Float>
  private let rows: RowTasks
  private let classes: Int
  public var taskCount: Int { rows.taskCount }

  public init(
    _ kernels: KernelTable, _ logits: UnsafePointer<Float>, _ labels: UnsafePointer<Int32>,
    _ result: UnsafeMutablePointer<Float>, rows: Int, classes: Int
  ) {
    kernel = kernels.crossEntropy
    self.logits = logits
    self.labels = labels
    self.result = result
    self.rows = RowTasks(rows: rows, rowCost: classes * 4 + 64)
    self.classes = classes
  }

  public func run(task: Int) {
    let range = rows[task]
    kernel(
      logits + range.lowerBound * classes, labels + range.lowerBound, result + range.lowerBound,
      range.count, classes)
  }
}

/// Rows cut into tasks by their cost alone.
struct RowTasks: Sendable {
  let rows: Int
  let rowsPerTask: Int
  let taskCount: Int

  /// - Parameter rowCost: about how many elements' worth of simple work a row is.
  init(rows: Int, rowCost: Int) {
    self.rows = rows
    rowsPerTask = max(1, 20_000 / max(rowCost, 1))
    taskCount = max(1, (rows + rowsPerTask - 1) / rowsPerTask)
  }

  subscript(task: Int) -> Range<Int> {
    min(rows, task * rowsPerTask)..<min(rows, (task + 1) * rowsPerTask)
  }
}
