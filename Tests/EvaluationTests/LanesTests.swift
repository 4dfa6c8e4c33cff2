import Autodiff
import Synchronization
import Testing

@testable import Evaluation

struct LanesTests {
  /// A lane that knows what it took and whether it was disturbed.
  private final class Probe: Sendable {
    let capacity: Int
    let rows = Mutex<[Range<Int>]>([])
    let isBusy = Atomic(false)
    let wasShared = Atomic(false)

    init(capacity: Int) { self.capacity = capacity }

    func take(_ part: Range<Int>) {
      if isBusy.exchange(true, ordering: .relaxed) { wasShared.store(true, ordering: .relaxed) }
      rows.withLock { $0.append(part) }
      isBusy.store(false, ordering: .relaxed)
    }
  }

  private static func lanes(
    capacity: Int, parameterCount: Int = 100, threads: Int
  ) -> Lanes<Probe> {
    Lanes(
      capacity: capacity, parameterCount: parameterCount, device: Device(threads: threads)
    ) { capacity, device in
      Probe(capacity: capacity)
    }
  }

  @Test(arguments: [1, 2, 3, 5], [1, 40, 64, 250, 1000])
  func everyRowIsTakenOnce(threads: Int, capacity: Int) {
    for rows in [0, 1, 2, 39, 250, 2001] {
      let lanes = Self.lanes(capacity: capacity, threads: threads)
      lanes.forEachPart(of: rows) { lane, part in lane.take(part) }
      let parts = lanes.all.flatMap { lane in lane.rows.withLock { $0 } }
      #expect(parts.flatMap(Array.init).sorted() == Array(0..<rows))
      #expect(parts.allSatisfy { 1...lanes.capacity ~= $0.count })
      #expect(lanes.all.allSatisfy { $0.capacity == lanes.capacity })
      #expect(lanes.all.allSatisfy { !$0.wasShared.load(ordering: .relaxed) })
    }
  }

  @Test func manyLanesOnlyWhereThatIsWorthIt() {
    #expect(Self.lanes(capacity: 250, threads: 2).all.count == 2)
    #expect(Self.lanes(capacity: 250, threads: 2).capacity == 125)
    #expect(Self.lanes(capacity: 1000, threads: 2).capacity == 128)
    // Too few rows for all threads.
    #expect(Self.lanes(capacity: 250, threads: 8).all.count == 1)
    #expect(Self.lanes(capacity: 250, threads: 8).capacity == 250)
    // Too much memory.
    #expect(Self.lanes(capacity: 250, parameterCount: 100_000_000, threads: 2).all.count == 1)
  }

  /// From the parts of one kind of lanes to those of another.
  @Test func lanesTakeOverFromLanes() {
    let (first, second) = (
      Self.lanes(capacity: 250, threads: 3), Self.lanes(capacity: 250, threads: 3)
    )
    first.forEachPart(of: 1234) { _, part in
      second.withFreeLane { $0.take(part) }
    }
    let parts = second.all.flatMap { lane in lane.rows.withLock { $0 } }
    #expect(parts.flatMap(Array.init).sorted() == Array(0..<1234))
    #expect(second.all.allSatisfy { !$0.wasShared.load(ordering: .relaxed) })
  }
}
