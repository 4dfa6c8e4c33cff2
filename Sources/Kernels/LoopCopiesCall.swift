/// Loops that do the same to memory of their own, so that each thread has what it makes: one task
/// each.
public struct LoopCopiesCall: KernelCall {
  private let loops: [LoopCall]

  public init(_ loops: [LoopCall]) { self.loops = loops }

  public var taskCount: Int { loops.count }

  public func run(task: Int) { loops[task].runAll() }
}
