internal import CKernelSupport

/// Threads that wait for work and share it: one region of independent tasks at a time.
///
/// The calling thread takes part, so a pool of one thread runs everything in place. Tasks are
/// claimed one by one, and a thread that the system holds up delays no more than its own task.
/// Waiting threads spin for a few microseconds and then sleep.
///
/// In every kernel call subnormal numbers are zeros, as operands and as results. Where gradients
/// vanish (the moments of a dead unit decay forever) each would cost as much as 100 others. Closures
/// run with their caller's arithmetic.
public final class ThreadPool: Sendable {
  /// The number of threads that run tasks, the caller's included.
  public let threadCount: Int

  private let workers: ThreadPoolWorkers?

  /// - Parameter threads: the number of threads that run tasks, at least 1.
  public init(threads: Int) {
    // No precondition: this module is built without them.
    if threads < 1 {
      fatalError("ThreadPool: \(threads) threads cannot run anything; use at least 1")
    }
    threadCount = threads
    workers = threads > 1 ? ThreadPoolWorkers(count: threads - 1) : nil
  }

  deinit {
    workers?.stop()
  }

  /// Runs all tasks of a call and returns when the last one is done.
  ///
  /// Calls from several threads are served one after another. A task of this pool that makes a call
  /// does all of it by itself.
  ///
  /// - Parameter waits: whether to wait for calls of other threads. If not, and there are some, the
  ///   calling thread runs all tasks: it may hold what theirs are waiting for.
  public func run(_ call: some KernelCall, waits: Bool = true) {
    let count = call.taskCount
    let arithmetic = defend_flush_subnormals()
    defer { defend_restore_arithmetic(arithmetic) }
    if count > 1, let workers, workers.run(call, taskCount: count, waits: waits) { return }
    for task in 0..<count { call.run(task: task) }
  }

  /// Runs `body` for every task number in `0..<taskCount` and returns when the last one is done.
  public func run(_ taskCount: Int, _ body: (Int) -> Void) {
    if taskCount > 1, let workers {
      let isDone = withoutActuallyEscaping(body) { body in
        let arithmetic = defend_flush_subnormals()
        defer { defend_restore_arithmetic(arithmetic) }
        return workers.run(
          ClosureCall(taskCount: taskCount, arithmetic: arithmetic, body: body),
          taskCount: taskCount)
      }
      if isDone { return }
    }
    for task in 0..<taskCount { body(task) }
  }
}

/// A closure as a call; its tasks may run at once, which the pool's caller vouches for.
private struct ClosureCall: KernelCall, @unchecked Sendable {
  let taskCount: Int
  /// The caller's.
  let arithmetic: UInt64
  let body: (Int) -> Void

  func run(task: Int) {
    let before = defend_flush_subnormals()
    defend_restore_arithmetic(arithmetic)
    body(task)
    defend_restore_arithmetic(before)
  }
}
