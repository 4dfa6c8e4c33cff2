internal import Attacks
internal import Autodiff
internal import Datasets
internal import Networks

/// Attacks a part of a batch by itself.
final class AttackLane {
  private let attack: any Attack
  /// Makes the state of the first step; for an attack of one step, its images.
  private let starting: AttackProgram
  /// Nil for an attack of one step.
  private let stepping: (any SteppingProgram)?
  private let imageSize: Int
  /// The images that each row of the part ended with, `[capacity, H, W, C]`; an attack of one step
  /// leaves them where it made them.
  private let finished: UnsafeMutableBufferPointer<Float>
  /// Whether each row is claimed to be adversarial.
  private let isClaimed: UnsafeMutableBufferPointer<Bool>

  init(
    _ attack: any Attack, isTargeted: Bool, norm: Norm, searchesRadius: Bool, model: Model,
    variables: Variables, capacity: Int, device: Device
  ) {
    self.attack = attack
    imageSize = model.specification.input.reduce(1, *)
    func program(_ phase: AttackProgram.Phase) -> AttackProgram {
      AttackProgram(
        phase, of: attack, isTargeted: isTargeted, norm: norm, searchesRadius: searchesRadius,
        model: model, variables: variables, capacity: capacity, device: device)
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
    finished = .allocate(capacity: stepping == nil ? 0 : capacity * imageSize)
    isClaimed = .allocate(capacity: capacity)
  }

  deinit {
    finished.deallocate()
    isClaimed.deallocate()
  }

  /// The program that does the work.
  var program: Program { (stepping ?? starting).program }

  /// Makes an attempt on each of some tasks.
  ///
  /// - Returns: the number of steps that were taken, of all together; what each ended with,
  ///   `[N, H, W, C]`; and whether the attack saw the model answer it wrongly, `[N]`.
  func run(
    _ tasks: ArraySlice<AttackRunner.Task>, on dataset: Dataset, key: RandomKey, stopsEarly: Bool
  ) -> (steps: Int, images: UnsafeBufferPointer<Float>, isClaimed: UnsafeBufferPointer<Bool>) {
    let size = tasks.count * imageSize
    starting.load(tasks, dataset)
    starting.write(key: key, scalars: [], stopsEarly: stopsEarly)
    starting.program.run(batch: tasks.count)
    let isClaimed = UnsafeMutableBufferPointer(rebasing: isClaimed[..<tasks.count])
    isClaimed.initialize(repeating: false)
    guard let stepping else {
      let images = UnsafeBufferPointer(rebasing: starting.images()[..<size])
      return (tasks.count, images, UnsafeBufferPointer(isClaimed))
    }
    func keep(_ source: UnsafeBufferPointer<Float>, row: Int, at task: Int) {
      let rows = row * imageSize..<(row + 1) * imageSize
      _ = UnsafeMutableBufferPointer(rebasing: finished[(task * imageSize)...])
        .update(from: UnsafeBufferPointer(rebasing: source[rows]))
    }
    stepping.load(tasks, dataset)
    stepping.takeState(from: starting)
    var steps = 0
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
    return (
      steps, UnsafeBufferPointer(rebasing: finished[..<size]), UnsafeBufferPointer(isClaimed)
    )
  }
}
