internal import CKernelSupport
public import KernelInterface

/// An elementwise loop with its memory bound. Also the work on finished rows of a product.
public final class LoopCall: KernelCall, RowEpilogue, StripEpilogue, @unchecked Sendable {
  private let loop: LoopKernel
  private let instructions: UnsafeMutableBufferPointer<LoopInstruction>
  private let program: LoopProgram
  private let count: Int
  private let rowLength: Int
  private let panelStride: Int
  private let taskLength: Int
  public let taskCount: Int

  /// - Parameters:
  ///   - preamble: instructions that fill registers once.
  ///   - count: the number of elements.
  ///   - rowLength: the elements of a row, when this is the work on a product's rows.
  ///   - panelStride: from one panel to the next, when the product's result is in panels.
  public init(
    _ kernels: KernelTable, preamble: [LoopInstruction], body: [LoopInstruction], count: Int,
    rowLength: Int = 1, panelStride: Int? = nil
  ) {
    loop = kernels.loop
    self.count = count
    instructions = .allocate(capacity: preamble.count + body.count)
    _ = instructions.initialize(from: preamble + body)
    program = LoopProgram(
      preamble: UnsafeBufferPointer(rebasing: instructions[..<preamble.count]),
      body: UnsafeBufferPointer(rebasing: instructions[preamble.count...]))
    self.rowLength = rowLength
    self.panelStride = panelStride ?? 0
    // About 2 µs a task: a block of one instruction takes some 30 ns, and one that comes from memory
    // or goes there another 60. It takes longer where it writes what another core has read.
    let cost = body.reduce(0) { cost, instruction in
      let places = [instruction.result, instruction.a, instruction.b, instruction.c]
      return cost + 1 + 2 * Set(places.compactMap(\.memory)).count
    }
    let blocks = (count + LoopProgram.blockLength - 1) / LoopProgram.blockLength
    let wanted = max(1, min(TaskGrid.taskLimit, blocks * cost / 60))
    taskLength = max(1, (blocks + wanted - 1) / wanted) * LoopProgram.blockLength
    taskCount = max(1, (count + taskLength - 1) / taskLength)
  }

  deinit { instructions.deallocate() }

  public func run(task: Int) {
    let start = task * taskLength
    run(from: start, count: min(taskLength, count - start), rows: 1)
  }

  /// Runs all tasks as one.
  func runAll() { run(from: 0, count: count, rows: 1) }

  public func run(rows: Range<Int>, columns: Range<Int>) {
    let width = ProductArguments.panelColumns
    guard panelStride == 0 else {
      for panel in columns.lowerBound / width..<(columns.upperBound + width - 1) / width {
        run(
          from: panel * panelStride + rows.lowerBound * width, count: rows.count * width, rows: 1)
      }
      return
    }
    let start = rows.lowerBound * rowLength + columns.lowerBound
    if columns.count == rowLength {
      run(from: start, count: rows.count * rowLength, rows: 1)
    } else {
      run(from: start, count: columns.count, rows: rows.count)
    }
  }

  private typealias LoopKernel =
    @Sendable (LoopProgram, Int, Int, Int, Int, UnsafeMutableRawPointer) -> Void

  /// Stands for the memory of a strip where a loop on strips is bound: the loop's elements are
  /// counted from here, so that element numbers say where a strip is.
  public static var stripMemory: UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(bitPattern: 64)!
  }

  /// The first place from `scratch` on where a strip may begin.
  static func aligned(
    _ scratch: UnsafeMutablePointer<Float>, rowLength: Int
  ) -> UnsafeMutablePointer<Float> {
    let number = (UnsafeMutableRawPointer(scratch) - stripMemory) / MemoryLayout<Float>.stride
    return scratch + (rowLength - number % rowLength) % rowLength
  }

  public func run(rows: Int, at strip: UnsafeMutablePointer<Float>) {
    let start = (UnsafeMutableRawPointer(strip) - Self.stripMemory) / MemoryLayout<Float>.stride
    run(from: start, count: rows * rowLength, rows: 1)
  }

  public var addedRow: UnsafePointer<Float>? {
    guard program.preamble.count + program.body.count == 2, let sum = program.body.last,
      let row = program.preamble.first ?? program.body.first, row.opcode == .repeatRow,
      row.columns == rowLength, sum.opcode == .add, sum.result.memory == Self.stripMemory,
      (sum.a, sum.b) == (sum.result, row.result) || (sum.b, sum.a) == (sum.result, row.result)
    else { return nil }
    return row.a.memory.map { UnsafePointer($0.assumingMemoryBound(to: Float.self)) }
  }

  public func gate(of result: UnsafeMutablePointer<Float>) -> UnsafePointer<Float>? {
    let memory = UnsafeMutableRawPointer(result)
    guard program.preamble.isEmpty, program.body.count == 1, let gate = program.body.first,
      gate.opcode == .gate, gate.result.memory == memory, gate.b == gate.result,
      gate.a.memory != memory, gate.a.offsetOrStride == MemoryLayout<Float>.stride
    else { return nil }
    return gate.a.memory.map { UnsafePointer($0.assumingMemoryBound(to: Float.self)) }
  }

  public func memoryUpdated(
    besides result: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float>? {
    guard let last = program.body.last, let memory = last.result.memory,
      [last.a, last.b, last.c].contains(last.result),
      last.result.offsetOrStride == MemoryLayout<Float>.stride,
      memory != UnsafeMutableRawPointer(result)
    else { return nil }
    return memory.assumingMemoryBound(to: Float.self)
  }

  public func adamStep(
    with result: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<LoopInstruction>? {
    let body = program.body
    guard program.preamble.isEmpty, body.count == LoopProgram.adamStepLength,
      body[0].opcode == .mixAndStep, body.allSatisfy(\.isInMemory), body[0].result == body[0].a,
      body[1].result == body[1].a, body[2].result == body[2].c,
      body[0].b.memory == UnsafeMutableRawPointer(result)
    else { return nil }
    return body.baseAddress
  }

  private func run(from start: Int, count: Int, rows: Int) {
    var work = Work(
      loop: loop, program: program, start: start, count: count, rows: rows, rowLength: rowLength)
    withUnsafeMutablePointer(to: &work) { context in
      defend_with_scratch(context) { context, scratch in
        let work = context.assumingMemoryBound(to: Work.self)
        work.pointee.loop(
          work.pointee.program, work.pointee.start, work.pointee.count, work.pointee.rows,
          work.pointee.rowLength, scratch)
      }
    }
  }

  private struct Work {
    let loop: LoopKernel
    let program: LoopProgram
    let start: Int
    let count: Int
    let rows: Int
    let rowLength: Int
  }
}
