package import Attacks
package import Autodiff
package import Datasets
package import Networks
internal import Synchronization

/// Runs one attack on one model: examples enter in batches, and one that has fallen leaves its batch,
/// so that the rest goes on in a smaller one. Nothing is compiled again for that.
///
/// What becomes of an example depends on nothing but the example, the attack and the key. So each
/// thread attacks a part of a batch by itself, from the first step to the last: threads that share
/// every product of every step wait for each other all the time.
package final class AttackRunner {
  package let attack: any Attack
  package let capacity: Int
  private let lanes: [AttackLane]
  private let laneCapacity: Int
  private let device: Device
  private let imageSize: Int
  /// The images that each row of the batch ended with, `[capacity, H, W, C]`.
  private let finished: UnsafeMutableBufferPointer<Float>
  /// Whether each row is claimed to be adversarial.
  private let isClaimed: UnsafeMutableBufferPointer<Bool>

  /// The parts that a batch is cut into, each taken by the next lane that is free: with fewer rows a
  /// thread reads weights longer than it computes, with more it walks out of its cache.
  private static let rowsPerPart = 32...128
  /// Every lane may have copies of all weights and of their transposes. Where that would be too much,
  /// products are so large that threads share them well.
  private static let copiesLimit = 128 << 20

  /// - Parameters:
  ///   - variables: the parameters' values; those of a run of training may change between runs.
  ///   - isTargeted: whether the tasks name classes to be led towards.
  ///   - searchesRadius: whether every task has an ε of its own, and may say where to begin.
  package init(
    _ attack: any Attack, isTargeted: Bool = false, norm: Norm = .linf,
    searchesRadius: Bool = false, model: Model, variables: Variables, capacity: Int,
    device: Device
  ) {
    self.attack = attack
    self.capacity = capacity
    self.device = device
    imageSize = model.specification.input.reduce(1, *)
    finished = .allocate(capacity: capacity * imageSize)
    isClaimed = .allocate(capacity: capacity)
    isClaimed.initialize(repeating: false)
    let threads = device.threadCount
    let copies = threads * 2 * 4 * model.parameterCount
    let isShared =
      attack.steps == 1 || capacity < threads * Self.rowsPerPart.lowerBound
      || copies > Self.copiesLimit
    let (count, laneDevice) =
      isShared
      ? (1, device) : (threads, Device(threads: 1, instructionSet: device.instructionSet))
    let laneCapacity =
      isShared ? capacity : min((capacity + count - 1) / count, Self.rowsPerPart.upperBound)
    self.laneCapacity = laneCapacity
    lanes = [AttackLane](unsafeUninitializedCapacity: count) { lanes, filled in
      filled = count
      // Compiled side by side: where attacks are short this is a good part of their time.
      device.forEach(count) { lane in
        (lanes.baseAddress! + lane).initialize(
          to: AttackLane(
            attack, isTargeted: isTargeted, norm: norm, searchesRadius: searchesRadius,
            model: model, variables: variables, capacity: laneCapacity, device: laneDevice))
      }
    }
  }

  deinit {
    finished.deallocate()
    isClaimed.deallocate()
  }

  /// The multiplications and additions of an attack on a batch that nothing leaves.
  package func floatingPointOperations(batch: Int) -> Int {
    attack.steps * lanes[0].program.floatingPointOperations(batch: batch)
  }

  /// Where the time of a step on a batch goes: that of as many rows as the lanes take at a time, as
  /// often as they do.
  package func profile(batch: Int, runs: Int) -> [Program.StepProfile] {
    let count = min(lanes.count, batch)
    let rows = min(batch / count, laneCapacity)
    var profiles = Array(repeating: [Program.StepProfile](), count: count)
    profiles.withUnsafeMutableBufferPointer { profiles in
      device.forEach(count) { lane in
        profiles[lane] = lanes[lane].program.profile(batch: rows, runs: runs)
      }
    }
    let times = Double(batch) / Double(rows * count)
    return profiles.dropFirst().reduce(profiles[0]) { zip($0, $1).map { $0.beside($1) } }
      .map { $0.repeated(times) }
  }

  /// An attempt on one example.
  package struct Task {
    /// The place in the data set.
    package var example: Int
    package var label: Int32
    /// The class to be led towards.
    package var target: Int32 = 0
    package var epsilon: Float
    /// Where to begin, brought into the ball, instead of at random; of a search for radii alone.
    package var start: [Float]?

    package init(
      example: Int, label: Int32, target: Int32 = 0, epsilon: Float, start: [Float]? = nil
    ) {
      self.start = start
      self.example = example
      self.label = label
      self.target = target
      self.epsilon = epsilon
    }
  }

  /// What a batch of tasks ended with.
  package struct Finished {
    /// The places of the batch's tasks among all.
    package let tasks: Range<Int>
    /// `[N, H, W, C]`
    package let images: UnsafeBufferPointer<Float>
    /// Whether the attack saw the model answer wrongly; what it made last it has not looked at.
    package let isClaimed: [Bool]
  }

  /// Makes an attempt on each of some examples.
  ///
  /// - Parameters:
  ///   - key: of the random numbers: one for every attack and restart.
  ///   - stopsEarly: false takes every step on every example, whatever the model answers.
  ///   - finish: takes what every batch ended with.
  /// - Returns: the number of steps that were taken, of all examples together.
  @discardableResult
  package func run(
    _ tasks: [Task], on dataset: Dataset, key: RandomKey, stopsEarly: Bool = true,
    finish: (Finished) -> Void
  ) -> Int {
    var steps = 0
    for first in stride(from: 0, to: tasks.count, by: capacity) {
      let range = first..<min(first + capacity, tasks.count)
      steps += run(tasks[range], on: dataset, key: key, stopsEarly: stopsEarly)
      let images = lanes[0].finishedImages ?? UnsafeBufferPointer(finished)
      finish(
        Finished(
          tasks: range,
          images: UnsafeBufferPointer(rebasing: images[..<(range.count * imageSize)]),
          isClaimed: Array(isClaimed[..<range.count])))
    }
    return steps
  }

  /// Makes an attempt on each task of a batch.
  /// - Returns: the number of steps that were taken.
  private func run(
    _ tasks: ArraySlice<Task>, on dataset: Dataset, key: RandomKey, stopsEarly: Bool
  ) -> Int {
    // As much for one lane as for another.
    let rounds = (tasks.count + laneCapacity * lanes.count - 1) / (laneCapacity * lanes.count)
    let count = min(rounds * lanes.count, tasks.count)
    let next = Atomic(0)
    let steps = Atomic(0)
    device.forEach(min(lanes.count, count)) { lane in
      while true {
        let part = next.add(1, ordering: .relaxed).oldValue
        guard part < count else { return }
        let rows = tasks.count * part / count..<tasks.count * (part + 1) / count
        let taken = lanes[lane].run(
          tasks[tasks.startIndex + rows.lowerBound..<tasks.startIndex + rows.upperBound],
          on: dataset, key: key, stopsEarly: stopsEarly,
          images: UnsafeMutableBufferPointer(
            rebasing: finished[rows.lowerBound * imageSize..<rows.upperBound * imageSize]),
          isClaimed: UnsafeMutableBufferPointer(rebasing: isClaimed[rows]))
        steps.add(taken, ordering: .relaxed)
      }
    }
    return steps.load(ordering: .relaxed)
  }
}
