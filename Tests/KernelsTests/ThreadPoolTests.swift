import Foundation
import Synchronization
import Testing

@testable import Kernels

@Suite struct ThreadPoolTests {
  @Test(arguments: 1...4) func everyTaskRunsExactlyOnce(_ threads: Int) {
    let pool = ThreadPool(threads: threads)
    #expect(pool.threadCount == threads)
    let counts = GuardedBuffer([Int32](repeating: 0, count: 17))
    for region in 0..<5000 {
      pool.run(region % 18) { counts.pointer[$0] += 1 }
    }
    // Task t runs in the regions with more than t tasks: those with region % 18 in t + 1...17.
    let expected = (0..<17).map { task in
      Int32((0..<5000).count { $0 % 18 > task })
    }
    #expect(counts.elements == expected)
    #expect(counts.isIntact)
  }

  @Test(arguments: 2...4) func resultsAreVisibleToTheNextRegion(_ threads: Int) {
    let pool = ThreadPool(threads: threads)
    let values = GuardedBuffer([Int32](repeating: 0, count: 64))
    let copies = GuardedBuffer([Int32](repeating: 0, count: 64))
    for region in 1...2000 {
      pool.run(64) { values.pointer[$0] = Int32(region) }
      pool.run(64) { copies.pointer[$0] = values.pointer[63 - $0] }
      guard copies.elements.allSatisfy({ $0 == region }) else {
        Issue.record("region \(region) saw an older value")
        return
      }
    }
  }

  @Test func sleepingWorkersWakeAgain() {
    let pool = ThreadPool(threads: 3)
    let sum = Atomic<Int>(0)
    for _ in 0..<20 {
      Thread.sleep(forTimeInterval: 0.003)
      pool.run(8) { sum.add($0, ordering: .relaxed) }
    }
    #expect(sum.load(ordering: .relaxed) == 20 * 28)
  }

  @Test func workersHelp() {
    let pool = ThreadPool(threads: 2)
    let started = Atomic<Int>(0)
    // Each task waits for the other: this ends only when two threads run them.
    pool.run(2) { _ in
      started.add(1, ordering: .sequentiallyConsistent)
      while started.load(ordering: .sequentiallyConsistent) < 2 { Thread.sleep(forTimeInterval: 0) }
    }
    #expect(started.load(ordering: .relaxed) == 2)
  }

  /// The caller's task and a worker's: the pool is busy with both.
  @Test func aTaskThatUsesItsPoolDoesAllByItself() {
    let pool = ThreadPool(threads: 2)
    let started = Atomic<Int>(0)
    let sums = GuardedBuffer([Int32](repeating: 0, count: 2))
    let strangers = Atomic<Int>(0)
    pool.run(2) { task in
      started.add(1, ordering: .sequentiallyConsistent)
      while started.load(ordering: .sequentiallyConsistent) < 2 { Thread.sleep(forTimeInterval: 0) }
      let thread = Thread.current
      pool.run(100) { inner in
        if Thread.current !== thread { strangers.add(1, ordering: .relaxed) }
        sums.pointer[task] += Int32(inner)
      }
    }
    #expect(sums.elements == [4950, 4950])
    #expect(strangers.load(ordering: .relaxed) == 0)
    #expect(sums.isIntact)
  }

  /// A thread that holds what the pool's tasks wait for does not wait for the pool.
  @Test func aCallMayGoOnWithoutTheWorkers() {
    final class Signals: Sendable {
      let isHeld = Atomic(true)
      let started = Atomic(0)
    }
    let (pool, signals) = (ThreadPool(threads: 2), Signals())
    func waitUntil(_ count: Int) {
      while signals.started.load(ordering: .sequentiallyConsistent) < count {
        Thread.sleep(forTimeInterval: 0)
      }
    }
    Thread {
      pool.run(2) { _ in
        signals.started.add(1, ordering: .sequentiallyConsistent)
        while signals.isHeld.load(ordering: .sequentiallyConsistent) {
          Thread.sleep(forTimeInterval: 0)
        }
      }
      signals.started.add(1, ordering: .sequentiallyConsistent)
    }.start()
    waitUntil(2)
    let value = GuardedBuffer([Float(3)])
    let halves = GuardedBuffer([Float](repeating: 0, count: 64))
    pool.run(Halving(source: value.pointer, result: halves.pointer), waits: false)
    #expect(halves.elements.allSatisfy { $0 == 1.5 })
    signals.isHeld.store(false, ordering: .sequentiallyConsistent)
    waitUntil(3)
  }

  private struct Halving: KernelCall, @unchecked Sendable {
    let source: UnsafeMutablePointer<Float>
    let result: UnsafeMutablePointer<Float>
    var taskCount: Int { 64 }
    func run(task: Int) { result[task] = source[0] / 2 }
  }

  @Test(arguments: 1...3) func subnormalNumbersAreZerosInKernelsOnly(_ threads: Int) {
    let pool = ThreadPool(threads: threads)
    let halves = GuardedBuffer([Float](repeating: 1, count: 64))
    // As result and as operand.
    for value in [Float.leastNormalMagnitude, .leastNormalMagnitude.nextDown] {
      let tiny = GuardedBuffer([value])
      pool.run(Halving(source: tiny.pointer, result: halves.pointer))
      #expect(halves.elements.allSatisfy { $0 == 0 })
      // A check of images, say, must see a pixel below 0 however small it is.
      pool.run(64) { halves.pointer[$0] = -tiny.pointer[0] / 2 }
      #expect(halves.elements.allSatisfy { $0 < 0 })
    }
  }

  @Test func everyTaskOfAQueueIsTakenOnce() {
    let queue = TaskQueue()
    #expect(queue.takeFirst() == nil && queue.takeLast() == nil)
    queue.fill(3..<8)
    let taken = [
      queue.takeFirst(), queue.takeLast(), queue.takeFirst(), queue.takeLast(), queue.takeFirst(),
    ]
    #expect(taken == [3, 7, 4, 6, 5])
    #expect(queue.takeFirst() == nil && queue.takeLast() == nil)
  }

  @Test func callersTakeTurns() async {
    let pool = ThreadPool(threads: 2)
    let counter = Counter()
    await withTaskGroup { group in
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<500 { pool.run(3) { _ in counter.value.add(1, ordering: .relaxed) } }
        }
      }
    }
    #expect(counter.value.load(ordering: .relaxed) == 6000)
  }

  private final class Counter: Sendable {
    let value = Atomic<Int>(0)
  }

  @Test func poolsComeAndGo() {
    for round in 0..<200 {
      let pool = ThreadPool(threads: 1 + round % 4)
      let count = Atomic<Int>(0)
      if round % 3 > 0 { pool.run(5) { _ in count.add(1, ordering: .relaxed) } }
      #expect(count.load(ordering: .relaxed) == (round % 3 > 0 ? 5 : 0))
    }
  }
}
