internal import Autodiff
internal import Synchronization

/// Copies of a program that work side by side: each takes a part of a batch from the first step to
/// the last, on a thread of its own. Threads that share every step wait for each other all the time.
final class Lanes<Lane> {
  let all: [Lane]
  /// Held while a lane works.
  private let locks: [Lock]
  /// The rows that a lane takes at a time.
  let capacity: Int
  private let device: Device

  /// With fewer rows a thread reads weights longer than it computes, with more it walks out of its
  /// cache.
  private static var rowsPerPart: ClosedRange<Int> { 32...128 }
  /// Every lane may have copies of all weights and of their transposes. Where that would be too much,
  /// products are so large that threads share them well.
  private static var copiesLimit: Int { 128 << 20 }

  /// Compiles the lanes side by side: where the work is short that is a good part of its time.
  ///
  /// - Parameters:
  ///   - capacity: the largest batch.
  ///   - parameterCount: the model's.
  ///   - make: makes a lane for so many rows that runs on this device.
  init(
    capacity: Int, parameterCount: Int, device: Device,
    make: (_ capacity: Int, _ device: Device) -> Lane
  ) {
    self.device = device
    let threads = device.threadCount
    guard threads > 1, capacity >= threads * Self.rowsPerPart.lowerBound,
      threads * 2 * 4 * parameterCount <= Self.copiesLimit
    else {
      self.capacity = capacity
      all = [make(capacity, device)]
      locks = [Lock()]
      return
    }
    let rows = min((capacity + threads - 1) / threads, Self.rowsPerPart.upperBound)
    self.capacity = rows
    all = [Lane](unsafeUninitializedCapacity: threads) { lanes, count in
      count = threads
      device.forEach(threads) { lane in
        (lanes.baseAddress! + lane).initialize(
          to: make(rows, Device(threads: 1, instructionSet: device.instructionSet)))
      }
    }
    locks = all.map { _ in Lock() }
  }

  /// Calls `body` for every part of some rows with a lane, several at once.
  func forEachPart(of rows: Int, _ body: (Lane, Range<Int>) -> Void) {
    // As much for one lane as for another.
    let rounds = (rows + capacity * all.count - 1) / (capacity * all.count)
    let count = min(rounds * all.count, rows)
    let next = Atomic(0)
    device.forEach(min(all.count, count)) { _ in
      withFreeLane { lane in
        while true {
          let part = next.add(1, ordering: .relaxed).oldValue
          guard part < count else { return }
          body(lane, rows * part / count..<rows * (part + 1) / count)
        }
      }
    }
  }

  /// Calls `body` with a lane where the caller is. So what lanes of one kind have made can go to those
  /// of another, part by part, without leaving its thread.
  func withFreeLane(_ body: (Lane) -> Void) {
    for (lane, lock) in zip(all, locks) where lock.tries({ body(lane) }) { return }
    locks[0].waits { body(all[0]) }
  }

  private final class Lock {
    private let mutex = Mutex(())
    /// Whether the lock was free and `body` has been called.
    func tries(_ body: () -> Void) -> Bool { mutex.withLockIfAvailable { _ in body() } != nil }
    func waits(_ body: () -> Void) { mutex.withLock { _ in body() } }
  }
}
