/// A kernel bound to its memory: pointers and sizes are fixed, and running it allocates nothing.
///
/// Its tasks are independent, write disjoint results and may run in any order or at once. How the
/// work is cut into tasks follows from the sizes alone, or changes no bit of any result: so results
/// never depend on the threads.
public protocol KernelCall: Sendable {
  /// The number of tasks: 1 for little work, else tasks of about 5 µs or more.
  var taskCount: Int { get }

  /// Runs the task with this number, `0..<taskCount`.
  func run(task: Int)
}
