/// The fixed partition of a `rows` × `columns` result into blocks, one task each.
struct TaskGrid: Sendable {
  /// Fused multiply-adds that are worth a task: about 5 µs.
  static let operationsPerTask = 400_000
  /// So many for each thread that the last ones to end are short; more where they stay large.
  static let tasksPerThread = 4
  static let operationsPerLargeTask = 1_600_000
  /// Enough tasks to keep many cores busy to the end.
  static let taskLimit = 64
  /// The rows between two calls of an epilogue.
  static let epilogueRows = 192
  /// In panels rows are short, and memory is faster the more of it is in one piece.
  static let epilogueRowsOfPanels = 256
  /// The columns of a strip that an epilogue takes over: long enough for its loops, and short
  /// enough that B's part of the strip stays in the cache from row to row.
  static let epilogueColumns = 256
  /// From this depth on a product costs so much more than its epilogue that narrow strips pay.
  static let greatDepth = 512

  /// What a block keeps where no other thread could take a part.
  private static let (ownRows, ownColumns) = (128, 512)

  let rows: Int
  let columns: Int
  let blockRows: Int
  private let columnBlocks: Int
  private let columnUnit: Int
  /// Neighbouring tasks, which mostly run on one thread, share the rows of A or the columns of B:
  /// those of the larger operand, so that each part of it is read by one thread.
  let sharesColumns: Bool

  /// - Parameters:
  ///   - operations: the number of fused multiply-adds of the whole result.
  ///   - fewestRows: what a block keeps where there is one for each thread already.
  ///   - fewestColumns: what a block keeps in any case.
  ///   - columnUnit: what the columns of every block but the last are a multiple of, where blocks are
  ///     so wide.
  ///   - columnParts: into how many parts the columns are cut in any case: neighbouring tasks share
  ///     them, so that a thread meets the same columns in every call.
  ///   - updates: whether something is updated along with the result: parts of columns that are
  ///     enough for all threads are not cut any further then.
  ///   - threads: how many share the work. Few do larger blocks, for every block reads its rows and
  ///     columns anew; where there is one, both limits are higher.
  init(
    rows: Int, columns: Int, operations: Int, fewestRows: Int = 8, fewestColumns: Int = 32,
    columnUnit: Int = 32, columnParts: Int = 1, updates: Bool = false, threads: Int = 16
  ) {
    self.rows = rows
    self.columns = columns
    let enough = max(Self.tasksPerThread * threads, operations / Self.operationsPerLargeTask)
    let wanted = min(Self.taskLimit, enough, operations / Self.operationsPerTask)
    let (fewestRows, fewestColumns) =
      threads > 1 ? (fewestRows, fewestColumns) : (Self.ownRows, Self.ownColumns)
    var rowBlocks = 1
    var columnBlocks = columnParts
    // A thread that takes a part of what another one updates has it brought to its core, and in the
    // next call the other one, late by that, is robbed again.
    let isEnough = updates && columnParts > 1 && columnParts >= threads
    // Of what few examples need, each thread better does several small blocks.
    let few = columnParts > 1 ? 2 * threads : threads
    // The larger side is halved, so that blocks share as much of A and of B as they can.
    while rowBlocks * columnBlocks < wanted, !isEnough {
      let height = rows / rowBlocks
      let width = columns / columnBlocks
      let fewest = threads > 1 && rowBlocks * columnBlocks < few ? 8 : fewestRows
      let splitsRow = height >= 2 * fewest
      let splitsColumn = width >= 2 * fewestColumns
      guard splitsRow || splitsColumn else { break }
      if splitsColumn && (width > height || !splitsRow) {
        columnBlocks *= 2
      } else {
        rowBlocks *= 2
      }
    }
    sharesColumns = columns > rows || columnParts > 1
    blockRows = max(1, (rows + rowBlocks - 1) / rowBlocks)
    // Whole vectors of every instruction set at least.
    self.columnUnit = columns >= columnUnit * columnBlocks ? columnUnit : 32
    self.columnBlocks = max(1, min(columnBlocks, (columns + self.columnUnit - 1) / self.columnUnit))
  }

  private var rowBlocks: Int { (rows + blockRows - 1) / blockRows }
  var taskCount: Int { rowBlocks * columnBlocks }

  func block(task: Int) -> (rows: Range<Int>, columns: Range<Int>) {
    let column = sharesColumns ? task / rowBlocks : task % columnBlocks
    // Threads that read the same rows each begin elsewhere: meeting at every line they would wait.
    let row =
      sharesColumns
      ? (task + column * rowBlocks / columnBlocks) % rowBlocks : task / columnBlocks
    let units = (columns + columnUnit - 1) / columnUnit
    func start(of block: Int) -> Int { min(columns, units * block / columnBlocks * columnUnit) }
    return (
      row * blockRows..<min(rows, (row + 1) * blockRows),
      start(of: column)..<start(of: column + 1)
    )
  }
}
