/// Where every value lies: which nodes have memory, which share it, and at what offset.
///
/// A result takes over the memory of an operand that is read for the last time, if the step reads
/// it place by place; the rest are laid out so that values whose lives overlap do not.
struct MemoryPass {
  enum Location: Equatable {
    /// At an offset of the program's own memory.
    case arena(Int)
    /// In the memory of another node.
    case shared(Int)
    /// In the variable of this node.
    case variable(Int)
  }

  let schedule: Schedule
  let capacity: Int
  /// What the caller reads after a run.
  let roots: Set<Int>
  /// The new value of each variable, by the variable's node.
  let updates: [(variable: Int, value: Int)]
  /// The nodes whose memory is in panels.
  let paneled: Set<Int>

  private(set) var locations: [Int: Location] = [:]
  private(set) var byteCount = 0
  private var lastRead: [Int: Int] = [:]

  init(
    schedule: Schedule, capacity: Int, roots: [Int], updates: [(variable: Int, value: Int)],
    paneled: Set<Int> = []
  ) {
    self.schedule = schedule
    self.capacity = capacity
    self.roots = Set(roots.map { schedule.storage(of: $0) })
    self.updates = updates
    self.paneled = paneled
  }

  mutating func run() {
    for (position, step) in schedule.steps.enumerated() {
      for read in schedule.reads(of: step) { lastRead[read.node] = position }
    }
    for root in roots { lastRead[root] = schedule.steps.count }
    let needsMemory = nodesWithMemory()
    updateInPlace()
    for position in schedule.steps.indices { shareMemory(at: position, needsMemory) }
    layOut(needsMemory)
  }

  private func bytes(_ node: Int) -> Int {
    schedule.graph.nodes[node].type.byteCount(batch: capacity)
  }

  /// The nodes whose values leave their step, and every product under a loop.
  private func nodesWithMemory() -> Set<Int> {
    var result: Set<Int> = []
    for (position, step) in schedule.steps.enumerated() {
      result.formUnion([step.operation, step.rectified ?? step.companion].compactMap { $0 })
      for node in step.loop?.nodes ?? [] where (lastRead[node] ?? -1) > position {
        result.insert(node)
      }
      for read in schedule.reads(of: step)
      where schedule.position[read.node] == position && !read.isInPlace {
        result.insert(read.node)
      }
    }
    return result
  }

  /// New values of variables that can be written over the old ones: all reading is over, or in the
  /// same loop at the same place.
  private mutating func updateInPlace() {
    for update in updates {
      let value = schedule.storage(of: update.value)
      guard let position = schedule.position[value], locations[value] == nil,
        schedule.steps[position].loop?.nodes.contains(value) == true,
        lastRead[update.variable] ?? -1 <= position,
        paneled.contains(value) == paneled.contains(update.variable),
        schedule.reads(of: schedule.steps[position]).allSatisfy({
          $0.node != update.variable || $0.isInPlace
        })
      else { continue }
      locations[value] = .variable(update.variable)
    }
  }

  /// Lets the results of a step take over memory that nobody reads afterwards.
  private mutating func shareMemory(at position: Int, _ needsMemory: Set<Int>) {
    let step = schedule.steps[position]
    var taken: Set<Int> = []
    if let operation = step.operation, schedule.graph.nodes[operation].operands.count == 3,
      schedule.graph.nodes[operation].performs(MatrixProduct.self)
        || schedule.graph.nodes[operation].performs(ConvolutionWeightGradient.self)
    {
      let start = schedule.storage(of: schedule.graph.nodes[operation].operands[2])
      if isSpare(start, at: position), bytes(start) == bytes(operation),
        schedule.reads(of: step).count(where: { $0.node == start }) == 1
      {
        locations[operation] = .shared(start)
        taken.insert(start)
      }
    }
    let reads = schedule.reads(of: step)
    let blocked = Set(reads.filter { !$0.isInPlace }.map(\.node))
    var donors = reads.map(\.node).filter { isSpare($0, at: position) }
    if let operation = step.operation, (lastRead[operation] ?? position) <= position {
      // First: it has just been written.
      donors.insert(operation, at: 0)
    }
    for node in step.loop?.nodes ?? [] where needsMemory.contains(node) && locations[node] == nil {
      let donor = donors.first { donor in
        !blocked.contains(donor) && !taken.contains(donor) && donor != node
          && bytes(donor) == bytes(node)
          && schedule.graph.nodes[donor].type.element.byteCount
            == schedule.graph.nodes[node].type.element.byteCount
      }
      if let donor {
        locations[node] = .shared(donor)
        taken.insert(donor)
      }
    }
  }

  /// Whether a value lies in the program's own memory and is read for the last time.
  private func isSpare(_ node: Int, at position: Int) -> Bool {
    guard let start = schedule.position[node], start < position, lastRead[node] == position else {
      return false
    }
    if case .variable = locations[node] { return false }
    return true
  }

  /// The node that owns the memory.
  private func owner(_ node: Int) -> Int {
    if case .shared(let other) = locations[node] { return owner(other) }
    return node
  }

  private mutating func layOut(_ needsMemory: Set<Int>) {
    var lives: [Int: ClosedRange<Int>] = [:]
    for node in needsMemory {
      let start = schedule.position[node]!
      let life = start...max(start, lastRead[node] ?? start)
      let owner = owner(node)
      if case .variable = locations[owner] { continue }
      lives[owner] =
        lives[owner].map {
          min($0.lowerBound, life.lowerBound)...max($0.upperBound, life.upperBound)
        } ?? life
    }
    // The largest first; ties by node, so that the plan is always the same.
    let order = lives.keys.sorted { (bytes($0), $1) > (bytes($1), $0) }
    var placed: [(life: ClosedRange<Int>, range: Range<Int>)] = []
    for node in order {
      let size = (bytes(node) + 63) / 64 * 64
      var offset = 0
      for other in placed.filter({ $0.life.overlaps(lives[node]!) }).map(\.range).sorted(by: {
        $0.lowerBound < $1.lowerBound
      }) {
        if offset + size <= other.lowerBound { break }
        offset = max(offset, other.upperBound)
      }
      locations[node] = .arena(offset)
      placed.append((lives[node]!, offset..<offset + size))
      byteCount = max(byteCount, offset + size)
    }
  }
}
