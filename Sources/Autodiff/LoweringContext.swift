package import KernelInterface
package import Kernels

/// What an operation finds when it is lowered for a bound batch size, and where it leaves its kernel
/// calls.
package struct LoweringContext {
  package let kernels: KernelTable
  /// How many threads share the work of a call.
  let threadCount: Int
  package let batch: Int
  package let operands: [BufferView]
  package let result: BufferView
  /// The result of the operation that is computed along with this one (see `Schedule.Step`).
  package let companion: BufferView?
  /// Whether negative numbers become 0 in it.
  let isCompanionRectified: Bool
  /// What makes one of the operands strip by strip; the operand's memory is not to be read then.
  let producer: Producer?
  /// Whether any other step, or the caller, reads the result itself, and not only the companion's.
  let isResultRead: Bool
  /// Where rows of earlier runs are kept; nil where the step's values depend on more than the rows.
  let rowMemory: RowMemory?
  /// Where a product keeps sums of rows that such a step makes.
  let productMemory: ResumedProductMemory?
  /// Elementwise work for the finished rows of the result.
  package let epilogue: (any RowEpilogue)?
  private let panels: ProgramPanels
  private let scratchBase: UnsafeMutableRawPointer
  private(set) var scratchByteCount = 0
  private(set) var calls: [any KernelCall] = []

  /// An operation without memory for its result, and the loop on it.
  struct Producer {
    let operation: any Operation
    let operands: [BufferView]
    let loop: LoopCall?
  }

  init(
    kernels: KernelTable, threadCount: Int, batch: Int, operands: [BufferView], result: BufferView,
    companion: BufferView?, isCompanionRectified: Bool, producer: Producer?,
    isResultRead: Bool, rowMemory: RowMemory?,
    productMemory: ResumedProductMemory?, epilogue: (any RowEpilogue)?,
    panels: ProgramPanels, scratch: UnsafeMutableRawPointer
  ) {
    self.panels = panels
    self.kernels = kernels
    self.threadCount = threadCount
    self.batch = batch
    self.operands = operands
    self.result = result
    self.companion = companion
    self.isCompanionRectified = isCompanionRectified
    self.producer = producer
    self.isResultRead = isResultRead
    self.rowMemory = rowMemory
    self.productMemory = productMemory
    self.epilogue = epilogue
    scratchBase = scratch
  }

  /// Memory for the time of this operation.
  package mutating func scratch(byteCount: Int) -> UnsafeMutableRawPointer {
    let pointer = scratchBase + scratchByteCount
    scratchByteCount += (byteCount + 63) / 64 * 64
    return pointer
  }

  /// The panels of a variable or of its transpose; nil for what is no variable, and for what is not
  /// worth a copy.
  ///
  /// - Parameter call: what fills the memory that it is given.
  func panels(
    of operand: BufferView, columns: Int, form: PanelStore.Form, byteCount: Int,
    filledBy call: (UnsafeMutablePointer<Float>) -> any KernelCall
  ) -> UnsafeMutablePointer<Float>? {
    panels.panels(
      of: operand.pointer, columns: columns, form: form, byteCount: byteCount,
      filledBy: call)
  }

  package mutating func append(_ call: some KernelCall) {
    calls.append(call)
  }
}
