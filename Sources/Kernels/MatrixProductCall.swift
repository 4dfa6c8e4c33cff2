public import KernelInterface

/// The matrix product C = op(A)·B: `[M, K]`·`[K, N]` → `[M, N]`, all row-major.
///
/// Every element is one chain of fused multiply-adds in ascending k, from 0 or, when accumulating,
/// from the stored element. For a transposed B run a ``PanelTransposeCall`` first.
public struct MatrixProductCall: KernelCall, @unchecked Sendable {
  private let kernel: @Sendable (ProductArguments) -> Void
  private let arguments: ProductArguments
  private let aCopies: (count: Int, stride: Int)
  private let grid: TaskGrid
  /// What strips of columns are a multiple of, where they can be.
  private let columnUnit: Int
  private let epilogue: (any RowEpilogue)?
  private let stepKernel: @Sendable (ProductArguments, UnsafePointer<LoopInstruction>) -> Bool
  /// What the epilogue does, if the kernel can do it and nothing else reads C.
  private let adamStep: UnsafePointer<LoopInstruction>?
  /// The rows and columns that it takes over at a time.
  private let epilogueRows: Int
  private let epilogueColumns: Int

  /// - Parameters:
  ///   - a: `[M, K]`, or `[K, M]` when transposed, `aRowStride` elements from row to row.
  ///   - aCopies: how many copies of A there are, and how far one is from the next: parts of the
  ///     columns read one each.
  ///   - b: `[K, N]`, or panels of it (see ``ProductArguments``).
  ///   - c: `[M, N]`, or panels of it; overlaps neither A nor B.
  ///   - keepsColumns: whether the parts that threads share are columns first: of a matrix that one
  ///     call reads and another updates each thread then has its own ones.
  ///   - threads: how many share the work; the bits are the same.
  ///   - epilogue: called for each block of finished rows of C.
  ///   - isResultRead: whether anything but the epilogue reads C.
  public init(
    kernels: KernelTable, rows: Int, columns: Int, depth: Int,
    a: UnsafePointer<Float>, aRowStride: Int, transposesA: Bool = false,
    aCopies: (count: Int, stride: Int) = (1, 0), b: UnsafePointer<Float>, bRowStride: Int,
    bPanelStride: Int = ProductArguments.panelColumns,
    c: UnsafeMutablePointer<Float>, cRowStride: Int,
    cPanelStride: Int = ProductArguments.panelColumns, accumulates: Bool = false,
    keepsColumns: Bool = false, threads: Int = 16, epilogue: (any RowEpilogue)? = nil,
    isResultRead: Bool = true
  ) {
    kernel = kernels.product
    self.aCopies = aCopies
    stepKernel = kernels.productWithAdamStep
    adamStep = transposesA && !isResultRead ? epilogue?.adamStep(with: c) : nil
    arguments = ProductArguments(
      a: a, rowAxis: SegmentedAxis(stride: transposesA ? 1 : aRowStride),
      depthAxis: SegmentedAxis(stride: transposesA ? aRowStride : 1), depth: depth,
      b: b, bRowStride: bRowStride, bPanelStride: bPanelStride, c: c, cRowStride: cRowStride,
      cPanelStride: cPanelStride, rows: 0..<rows, columns: columns, accumulates: accumulates,
      gate: cRowStride == columns ? epilogue?.gate(of: c) : nil,
      updateDistance: epilogue?.memoryUpdated(besides: c).map { $0 - c } ?? 0)
    // What follows on a gradient is mostly the update of the weights, which takes longer than the
    // products of a few examples.
    let updates = epilogue != nil && transposesA
    let following = updates ? Self.updateOperations : 0
    let chunk = ProductArguments.chunkVectors * kernels.lanes
    // Few rows are better shared out than left to one thread, even if they then leave out no zeros.
    let narrow = rows >= 32 ? chunk : ProductArguments.panelColumns
    // Rows, or in a gradient the depth, are the examples. Where they are few, what comes from another
    // core takes most of the time; where they are many, what is made of A, which all columns share.
    let keeps = keepsColumns && min(rows, depth) <= Self.mostKeptExamples
    grid = TaskGrid(
      rows: rows, columns: columns, operations: rows * columns * (depth + following),
      // Rows share what is read of B, and each reads less of a shallow one.
      fewestRows: depth >= TaskGrid.greatDepth ? 64 : 128,
      fewestColumns: updates ? TaskGrid.epilogueColumns : narrow,
      columnUnit: chunk,
      columnParts: keeps ? max(1, min(threads, columns / ProductArguments.panelColumns)) : 1,
      updates: updates, threads: threads)
    columnUnit = chunk
    (epilogueRows, epilogueColumns) =
      keeps
      ? (TaskGrid.epilogueRowsOfPanels, chunk) : (TaskGrid.epilogueRows, TaskGrid.epilogueColumns)
    // The kernel has done it.
    self.epilogue = arguments.gate == nil ? epilogue : nil
  }

  /// The most examples for which threads keep columns.
  public static let mostKeptExamples = 64

  /// What the update of a weight costs, in multiply-adds.
  private static let updateOperations = 16

  /// Whether a product reads its B better in panels, which several blocks of rows then share.
  public static func paysForPanels(rows: Int, columns: Int, depth: Int) -> Bool {
    rows >= 64 && columns > ProductArguments.panelColumns && depth >= TaskGrid.greatDepth
  }

  /// Whether a product has so many rows that a copy of B in panels pays for this product alone.
  public static func paysForCopy(rows: Int, columns: Int, depth: Int) -> Bool {
    rows >= 384 && columns > 2 * ProductArguments.panelColumns
      && rows * columns * depth >= 16 * TaskGrid.operationsPerTask
  }

  public var taskCount: Int { grid.taskCount }

  public func run(task: Int) {
    let block = grid.block(task: task)
    var arguments = arguments
    arguments.a +=
      block.columns.lowerBound * aCopies.count / arguments.columns * aCopies.stride
    guard let epilogue else {
      kernel(arguments.block(rows: block.rows, columns: block.columns))
      return
    }
    block.columns.forEachBlock(
      of: epilogueColumns, unit: columnUnit
    ) { columns in
      block.rows.forEachBlock(of: epilogueRows) { rows in
        let block = arguments.block(rows: rows, columns: columns)
        if let adamStep, stepKernel(block, adamStep) { return }
        kernel(block)
        epilogue.run(rows: rows, columns: columns)
      }
    }
  }
}
