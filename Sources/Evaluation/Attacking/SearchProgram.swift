internal import Attacks
internal import Autodiff
internal import Datasets
internal import Foundation

/// The steps of a ``SearchAttack``: every row gets its proposal, and the model is asked about those
/// alone that change something, in a batch of their own.
final class SearchProgram: SteppingProgram {
  private let proposing: AttackProgram
  private let deciding: AttackProgram
  private let device: Device
  private var dataset: Dataset?
  private var tasks: [AttackRunner.Task] = []
  private var isFooled: [Bool] = []
  /// The search's memory, for all rows.
  private let memory: [Rows]
  /// Where each row's proposal begins to differ from its images, in parts of them; -1 if nowhere.
  private let change: UnsafeMutableBufferPointer<Int>
  private static let changeParts = 16
  /// The track of each row: what it asks resembles what it asked before.
  private var tracks: [Int]

  init(proposing: AttackProgram, deciding: AttackProgram, capacity: Int, device: Device) {
    self.proposing = proposing
    self.deciding = deciding
    self.device = device
    change = .allocate(capacity: capacity)
    change.initialize(repeating: -1)
    tracks = Array(0..<capacity)
    memory = deciding.stateMemory.map { value in
      let bytes = UnsafeMutableRawPointer.allocate(
        byteCount: capacity * value.byteCount, alignment: 64)
      return Rows(bytes, byteCount: value.byteCount)
    }
  }

  deinit {
    for kept in memory { kept[0].deallocate() }
    change.deallocate()
  }

  var program: Program { deciding.program }

  func load(_ tasks: ArraySlice<AttackRunner.Task>, _ dataset: Dataset) {
    self.dataset = dataset
    self.tasks = Array(tasks)
    isFooled = Array(repeating: false, count: tasks.count)
    proposing.load(tasks, dataset)
  }

  func takeState(from start: AttackProgram) {
    proposing.takeState(from: start)
    for (kept, value) in zip(memory, start.stateMemory) {
      for row in tasks.indices { kept.copy(row, of: value, to: row) }
    }
  }

  func write(key: RandomKey, scalars: [Float], stopsEarly: Bool) {
    proposing.write(key: key, scalars: scalars, stopsEarly: stopsEarly)
    deciding.write(key: key, scalars: [], stopsEarly: stopsEarly)
  }

  func run(count: Int) {
    proposing.run(count: count)
    let (images, proposals) = (proposing.stateImages, proposing.proposals)
    forEach(count) { row in
      change[row] = Self.firstChange(images[row], proposals[row], images.byteCount)
    }
    // Early changes first, for they leave the most to compute.
    let asked = (0..<count).filter { change[$0] >= 0 }.sorted { change[$0] < change[$1] }
    guard let dataset, !asked.isEmpty else { return }
    deciding.load(asked, of: tasks[...], dataset)
    let (questions, values) = (deciding.stateImages, deciding.stateMemory)
    forEach(asked.count) { place in questions.copy(asked[place], of: proposals, to: place) }
    for (place, row) in asked.enumerated() {
      for (kept, value) in zip(memory, values) { value.copy(row, of: kept, to: place) }
    }
    program.run(batch: asked.count, tracks: asked.map { tracks[$0] })
    let accepted = deciding.acceptedRows(among: asked.count)
    program.keep(rows: accepted)
    for place in accepted {
      images.copy(place, of: questions, to: asked[place])
      for (kept, value) in zip(memory, values) { kept.copy(place, of: value, to: asked[place]) }
    }
    for place in deciding.fooledRows(among: asked.count) { isFooled[asked[place]] = true }
  }

  /// The first part of two images that differs; -1 if none does.
  private static func firstChange(
    _ old: UnsafeRawPointer, _ new: UnsafeRawPointer, _ byteCount: Int
  ) -> Int {
    let length = (byteCount + changeParts - 1) / changeParts
    for (part, start) in stride(from: 0, to: byteCount, by: length).enumerated()
    where memcmp(old + start, new + start, min(length, byteCount - start)) != 0 {
      return part
    }
    return -1
  }

  /// Calls `body` for every row, several at once.
  private func forEach(_ rows: Int, _ body: (Int) -> Void) {
    let group = 32
    device.forEach((rows + group - 1) / group) { part in
      for row in part * group..<min(rows, (part + 1) * group) { body(row) }
    }
  }

  func fooledRows(among count: Int) -> [Int] { (0..<count).filter { isFooled[$0] } }

  func images() -> UnsafeBufferPointer<Float> { proposing.images() }

  func moveRow(_ source: Int, to target: Int) {
    guard source != target else { return }
    tasks[target] = tasks[source]
    isFooled[target] = isFooled[source]
    tracks.swapAt(source, target)
    for kept in memory { kept.copy(source, of: kept, to: target) }
    proposing.moveRow(source, to: target)
  }
}
