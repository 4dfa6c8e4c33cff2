public import KernelInterface

/// What a ``ResumedProductCall`` keeps of the rows of a ``PooledConvolutionCall``, each on its track:
/// the sums after every part of the depth.
public final class ResumedProductMemory: @unchecked Sendable {
  let convolution: PooledConvolutionMemory
  let columns: Int
  /// The depth from one kept sum to the next.
  let partLength: Int
  let partCount: Int
  /// `[tracks, parts, columns]`: of what the convolution's memory holds, and of the last run.
  private let kept: UnsafeMutablePointer<Float>
  private let last: UnsafeMutablePointer<Float>
  private let memory: (kept: ZeroedMemory, last: ZeroedMemory)
  /// The first part of each row of a batch that the last run did.
  let starts: UnsafeMutablePointer<Int32>

  /// - Parameters:
  ///   - convolution: of the rows of the product's left operand.
  ///   - columns: of the product.
  public init(_ convolution: PooledConvolutionMemory, columns: Int) {
    self.convolution = convolution
    self.columns = columns
    // Rows of windows, as changes come in squares; at most 16 parts.
    let rows = (convolution.windowRows + 15) / 16
    partLength = rows * convolution.windowRowLength
    partCount = (convolution.windowRows + rows - 1) / rows
    let count = convolution.count * partCount * columns
    memory = (ZeroedMemory(byteCount: count * 4), ZeroedMemory(byteCount: count * 4))
    kept = memory.kept.baseAddress.bindMemory(to: Float.self, capacity: count)
    last = memory.last.baseAddress.bindMemory(to: Float.self, capacity: count)
    starts = .allocate(capacity: convolution.count)
    starts.initialize(repeating: 0, count: convolution.count)
  }

  deinit {
    starts.deallocate()
  }

  /// The first part of a row in which something is not as the convolution's memory has it.
  func firstPart(row: Int) -> Int {
    max(0, Int(convolution.firstChanged[row])) / partLength
  }

  /// The sums of a row after `parts` parts, as they were kept.
  func kept(_ row: Int, after parts: Int) -> UnsafeMutablePointer<Float> {
    kept + offset(row, parts)
  }

  /// Where a run leaves them.
  func target(_ row: Int, after parts: Int) -> UnsafeMutablePointer<Float> {
    (convolution.isNew(row) ? kept : last) + offset(row, parts)
  }

  private func offset(_ row: Int, _ parts: Int) -> Int {
    (Int(convolution.tracks[row]) * partCount + parts - 1) * columns
  }

  /// Keeps the sums of the last run.
  func keep(row: Int) {
    guard !convolution.isNew(row) else { return }
    for parts in Int(starts[row]) + 1..<max(partCount, Int(starts[row])) + 1 {
      kept(row, after: parts).update(from: last + offset(row, parts), count: columns)
    }
  }
}

/// A product A·B whose rows of A are on tracks: where the beginning of a row is as it was, its sums
/// go on from those that were kept. The bits are those of a ``MatrixProductCall``.
///
/// It does least where rows whose changes begin early come first.
public struct ResumedProductCall: RowKeepingCall, @unchecked Sendable {
  private let kernel: @Sendable (ProductArguments) -> Void
  private let arguments: ProductArguments
  private let grid: TaskGrid
  private let epilogue: (any RowEpilogue)?
  private let memory: ResumedProductMemory

  /// - Parameters:
  ///   - a: `[M, K]`, the values of the pooled convolution whose memory it is.
  ///   - b: `[K, N]`, or panels of it (see ``ProductArguments``).
  ///   - c: `[M, N]`; overlaps neither A nor B.
  ///   - epilogue: called for each block of finished rows of C.
  public init(
    kernels: KernelTable, rows: Int, columns: Int, depth: Int, a: UnsafePointer<Float>,
    b: UnsafePointer<Float>, bRowStride: Int, bPanelStride: Int,
    c: UnsafeMutablePointer<Float>, epilogue: (any RowEpilogue)?, memory: ResumedProductMemory
  ) {
    kernel = kernels.product
    self.memory = memory
    self.epilogue = epilogue
    arguments = ProductArguments(
      a: a, rowAxis: SegmentedAxis(stride: depth), depthAxis: SegmentedAxis(stride: 1),
      depth: depth, b: b, bRowStride: bRowStride, bPanelStride: bPanelStride, c: c,
      cRowStride: columns, rows: 0..<rows, columns: columns, accumulates: false)
    let chunk = ProductArguments.chunkVectors * kernels.lanes
    grid = TaskGrid(
      rows: rows, columns: columns, operations: rows * columns * depth, fewestRows: 64,
      fewestColumns: chunk, columnUnit: chunk)
  }

  public var taskCount: Int { grid.taskCount }

  public func keep(row: Int) { memory.keep(row: row) }

  public func run(task: Int) {
    let block = grid.block(task: task)
    withUnsafeTemporaryAllocation(of: Int.self, capacity: block.rows.count) { starts in
      // Rows that have begun are neighbours: a row begins no later than those behind it.
      var start = memory.partCount
      for row in block.rows.reversed() {
        start = min(start, memory.firstPart(row: row))
        starts[row - block.rows.lowerBound] = start
        if block.columns.lowerBound == 0 { memory.starts[row] = Int32(start) }
      }
      run(block.rows, block.columns, starts: starts)
    }
    guard let epilogue else { return }
    block.rows.forEachBlock(of: TaskGrid.epilogueRows) { rows in
      epilogue.run(rows: rows, columns: block.columns)
    }
  }

  private func run(
    _ rows: Range<Int>, _ columns: Range<Int>, starts: UnsafeMutableBufferPointer<Int>
  ) {
    var end = rows.lowerBound
    for part in 0...memory.partCount {
      while end < rows.upperBound, starts[end - rows.lowerBound] == part {
        if part > 0 {
          sums(end, columns).update(from: kept(end, part, columns), count: columns.count)
        }
        end += 1
      }
      guard part < memory.partCount, end > rows.lowerBound else { continue }
      let first = part * memory.partLength
      var product = arguments.block(rows: rows.lowerBound..<end, columns: columns)
      product.a += first
      product.b += first * product.bRowStride
      product.depth = min(memory.partLength, arguments.depth - first)
      product.accumulates = part > 0
      kernel(product)
      for row in rows.lowerBound..<end {
        (memory.target(row, after: part + 1) + columns.lowerBound)
          .update(from: sums(row, columns), count: columns.count)
      }
    }
  }

  private func sums(_ row: Int, _ columns: Range<Int>) -> UnsafeMutablePointer<Float> {
    arguments.c + row * arguments.cRowStride + columns.lowerBound
  }

  private func kept(
    _ row: Int, _ parts: Int, _ columns: Range<Int>
  ) -> UnsafePointer<Float> {
    UnsafePointer(memory.kept(row, after: parts) + columns.lowerBound)
  }
}
