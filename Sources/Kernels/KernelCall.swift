/// A kernel with its pointers and sizes bound: what a program's schedule is made of.
///
/// The tasks write disjoint results and may run in any order and on any thread. How the work is
/// cut into tasks follows from its sizes alone, so the result does not depend on the threads.
public protocol KernelCall: Sendable {
  /// 1 for work that is too small to share.
  var taskCount: Int { get }

  func run(task: Int)
}

/// Work on finished rows of a product's result, done while they are in the cache.
public protocol RowEpilogue: Sendable {
  func run(rows: Range<Int>)
}
