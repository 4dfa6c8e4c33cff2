/// Loops that do the same to memory of their own, so that each thread has what it makes: one task
/// each.
public struct LoopCopiesCall: KernelCall {
  private let loops: [LoopCall]
  private let rows: [CopiedRows]

  /// - Parameter rows: the inputs of which each loop reads a copy of its own, to be made first.
  public init(_ loops: [LoopCall], rows: [CopiedRows] = []) {
    self.loops = loops
    self.rows = rows
  }

  public var taskCount: Int { loops.count }

  public func run(task: Int) {
    for input in rows { input.copy(for: task) }
    loops[task].runAll()
    for input in rows { input.prefetchNext() }
  }
}
