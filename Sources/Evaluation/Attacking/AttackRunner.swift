package import Attacks
package import Autodiff
package import Datasets
package import Networks
internal import Synchronization

/// Runs one attack on one model: examples enter in batches, and one that has fallen leaves its batch,
/// so that the rest goes on in a smaller one. Nothing is compiled again for that.
///
/// What becomes of an example depends on nothing but the example, the attack and the key. So each
/// thread attacks a part of a batch by itself.
package final class AttackRunner {
  package let attack: any Attack
  private let lanes: Lanes<AttackLane>
  private let device: Device

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
    self.device = device
    lanes = Lanes(
      capacity: capacity, parameterCount: model.parameterCount, device: device
    ) { capacity, device in
      AttackLane(
        attack, isTargeted: isTargeted, norm: norm, searchesRadius: searchesRadius, model: model,
        variables: variables, capacity: capacity, device: device)
    }
  }

  /// The multiplications and additions of an attack on a batch that nothing leaves.
  package func floatingPointOperations(batch: Int) -> Int {
    attack.steps * lanes.all[0].program.floatingPointOperations(batch: batch)
  }

  /// Where the time of a step on a batch goes: that of as many rows as the lanes take at a time, as
  /// often as they do.
  package func profile(batch: Int, runs: Int) -> [Program.StepProfile] {
    let count = min(lanes.all.count, batch)
    let rows = min(batch / count, lanes.capacity)
    var profiles = Array(repeating: [Program.StepProfile](), count: count)
    profiles.withUnsafeMutableBufferPointer { profiles in
      device.forEach(count) { lane in
        profiles[lane] = lanes.all[lane].program.profile(batch: rows, runs: runs)
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

  /// What some tasks ended with.
  package struct Finished {
    /// Their places among all.
    package let tasks: Range<Int>
    /// `[N, H, W, C]`; valid during the call alone.
    package let images: UnsafeBufferPointer<Float>
    /// Whether the attack saw the model answer wrongly; what it made last it has not looked at.
    package let isClaimed: UnsafeBufferPointer<Bool>
  }

  /// Makes an attempt on each of some examples.
  ///
  /// - Parameters:
  ///   - key: of the random numbers: one for every attack and restart.
  ///   - stopsEarly: false takes every step on every example, whatever the model answers.
  ///   - look: is called with what tasks ended with on the thread that attacked, several at once.
  ///   - finish: takes what was seen, in one call after another; which tasks come first is open.
  /// - Returns: the number of steps that were taken, of all examples together.
  @discardableResult
  package func run<Seen>(
    _ tasks: [Task], on dataset: Dataset, key: RandomKey, stopsEarly: Bool = true,
    look: (Finished) -> Seen, finish: (Finished, Seen) -> Void
  ) -> Int {
    let steps = Atomic(0)
    let finishing = Mutex(())
    lanes.forEachPart(of: tasks.count) { lane, rows in
      let (taken, images, isClaimed) = lane.run(
        tasks[rows], on: dataset, key: key, stopsEarly: stopsEarly)
      steps.add(taken, ordering: .relaxed)
      let finished = Finished(tasks: rows, images: images, isClaimed: isClaimed)
      let seen = look(finished)
      finishing.withLock { _ in finish(finished, seen) }
    }
    return steps.load(ordering: .relaxed)
  }

  /// The same without a look.
  @discardableResult
  package func run(
    _ tasks: [Task], on dataset: Dataset, key: RandomKey, stopsEarly: Bool = true,
    finish: (Finished) -> Void
  ) -> Int {
    run(
      tasks, on: dataset, key: key, stopsEarly: stopsEarly, look: { _ in },
      finish: { finished, _ in finish(finished) })
  }
}
