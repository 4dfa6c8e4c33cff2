internal import Synchronization

/// The tasks of one thread that nobody has taken: a range of numbers.
///
/// Its owner takes from the front and other threads from the back. So from one region to the next a
/// thread meets the same part of the data, which is still in its own cache, and a thread that the
/// system holds up delays no more than one task.
struct TaskQueue: ~Copyable {
  /// The first number × 2³² + the end of the range.
  private let range = Atomic<UInt64>(0)
  // Queues lie beside each other; each has cache lines of its own.
  private let padding = SIMD64<UInt8>()
  private let secondPadding = SIMD32<UInt8>()

  /// Replaces the range while nobody takes from it.
  func fill(_ tasks: Range<Int>) {
    range.store(
      UInt64(tasks.lowerBound) << 32 | UInt64(tasks.upperBound), ordering: .relaxed)
  }

  func takeFirst() -> Int? {
    var current = range.load(ordering: .relaxed)
    while current >> 32 < current & 0xFFFF_FFFF {
      let (taken, original) = range.weakCompareExchange(
        expected: current, desired: current &+ 1 << 32, ordering: .relaxed)
      if taken { return Int(current >> 32) }
      current = original
    }
    return nil
  }

  func takeLast() -> Int? {
    var current = range.load(ordering: .relaxed)
    while current >> 32 < current & 0xFFFF_FFFF {
      let (taken, original) = range.weakCompareExchange(
        expected: current, desired: current &- 1, ordering: .relaxed)
      if taken { return Int(current & 0xFFFF_FFFF) - 1 }
      current = original
    }
    return nil
  }
}
