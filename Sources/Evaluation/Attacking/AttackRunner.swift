package import Attacks
package import Autodiff
package import Datasets
package import Networks

/// Runs one attack on one model: examples enter in batches, and one that has fallen leaves its batch,
/// so that the rest goes on in a smaller one. Nothing is compiled again for that.
///
/// What becomes of an example depends on nothing but the example, the attack and the key.
package final class AttackRunner {
  package let attack: any Attack
  package let capacity: Int
  /// Makes the state of the first step; for an attack of one step, its images.
  private let starting: AttackProgram
  /// Nil for an attack of one step.
  private let stepping: (any SteppingProgram)?
  private let imageSize: Int
  /// The images that each row of the batch ended with, `[capacity, H, W, C]`.
  private let finished: UnsafeMutableBufferPointer<Float>

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
    imageSize = model.specification.input.reduce(1, *)
    finished = .allocate(capacity: capacity * imageSize)
    func program(_ phase: AttackProgram.Phase) -> AttackProgram {
      AttackProgram(
        phase, of: attack, isTargeted: isTargeted, norm: norm, searchesRadius: searchesRadius,
        model: model,
        variables: variables, capacity: capacity, device: device)
    }
    starting = program(attack.steps == 1 ? .whole : .start)
    stepping =
      if attack.steps == 1 {
        nil
      } else if attack is any SearchAttack {
        SearchProgram(
          proposing: program(.proposal), deciding: program(.decision), capacity: capacity,
          device: device)
      } else {
        program(.step)
      }
  }

  deinit { finished.deallocate() }

  /// The program that does the work.
  package var program: Program { (stepping ?? starting).program }

  /// The multiplications and additions of an attack on a batch that nothing leaves.
  package func floatingPointOperations(batch: Int) -> Int {
    attack.steps * program.floatingPointOperations(batch: batch)
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
      let (images, claimed) = run(
        tasks[range], on: dataset, key: key, stopsEarly: stopsEarly, steps: &steps)
      finish(
        Finished(
          tasks: range,
          images: UnsafeBufferPointer(rebasing: images[..<(range.count * imageSize)]),
          isClaimed: claimed))
    }
    return steps
  }

  /// - Returns: each task's images, and whether they are claimed to be adversarial.
  private func run(
    _ tasks: ArraySlice<Task>, on dataset: Dataset, key: RandomKey, stopsEarly: Bool,
    steps: inout Int
  ) -> (UnsafeBufferPointer<Float>, [Bool]) {
    starting.load(tasks, dataset)
    starting.write(key: key, scalars: [], stopsEarly: stopsEarly)
    starting.program.run(batch: tasks.count)
    var isClaimed = Array(repeating: false, count: tasks.count)
    guard let stepping else {
      steps += tasks.count
      return (starting.images(), isClaimed)
    }
    stepping.load(tasks, dataset)
    stepping.takeState(from: starting)
    /// The tasks of the rows that are still in the batch.
    var rows = Array(0..<tasks.count)
    for step in 0..<attack.steps where !rows.isEmpty {
      stepping.write(
        key: key.folding(step), scalars: attack.scalars(step: step), stopsEarly: stopsEarly)
      stepping.run(count: rows.count)
      steps += rows.count
      guard stopsEarly else { continue }
      let fooled = stepping.fooledRows(among: rows.count)
      // From the last on, so that the row that takes a place has been looked at.
      for row in fooled.reversed() {
        keep(stepping.images(), row: row, at: rows[row])
        isClaimed[rows[row]] = true
        stepping.moveRow(rows.count - 1, to: row)
        rows[row] = rows[rows.count - 1]
        rows.removeLast()
      }
    }
    for (row, task) in rows.enumerated() {
      keep(stepping.images(), row: row, at: task)
    }
    return (UnsafeBufferPointer(finished), isClaimed)
  }

  private func keep(_ images: UnsafeBufferPointer<Float>, row: Int, at task: Int) {
    let source = UnsafeBufferPointer(
      rebasing: images[row * imageSize..<(row + 1) * imageSize])
    _ = UnsafeMutableBufferPointer(rebasing: finished[(task * imageSize)...]).update(from: source)
  }
}
