internal import KernelInterface

/// Writes the instructions of a loop: a register for every value that stays inside, memory for
/// what comes in and goes out.
struct LoopBuilder {
  let schedule: Schedule
  let step: Schedule.Step
  let batch: Int
  /// The memory of a node's value; nil for a value that stays in the loop.
  let memory: (Int) -> UnsafeMutableRawPointer?
  /// The memory of a constant.
  let constant: (Float) -> UnsafeMutableRawPointer

  private(set) var preamble: [LoopInstruction] = []
  private(set) var body: [LoopInstruction] = []
  /// Whether the instructions are those for every batch size.
  private(set) var isForAnyBatch = true
  private var slots: [Int: LoopSlot] = [:]
  private var registers: [Int: Int] = [:]
  private var freeRegisters = Array((0..<LoopProgram.registerLimit).reversed())

  init(
    schedule: Schedule, step: Schedule.Step, batch: Int,
    memory: @escaping (Int) -> UnsafeMutableRawPointer?,
    constant: @escaping (Float) -> UnsafeMutableRawPointer
  ) {
    self.schedule = schedule
    self.step = step
    self.batch = batch
    self.memory = memory
    self.constant = constant
  }

  mutating func build() {
    let memory = self.memory
    let matcher = LoopIdiomMatcher(
      step.loop?.nodes ?? [], schedule: schedule, isStored: { memory($0) != nil })
    let terms = matcher.terms()
    var stores: [LoopInstruction] = []
    for (place, term) in terms.enumerated() {
      let operands = term.operands.map { slot(operand: $0) }
      let scalars = term.scalars.map { scalar($0) }
      let rest = terms[(place + 1)...]
      let result = self.result(of: term.node, rest: rest, &stores)
      release(before: rest)
      body.append(
        LoopInstruction(
          term.opcode, result: result,
          a: operands[0], b: operands.count > 1 ? operands[1] : nil,
          c: operands.count > 2 ? operands[2] : nil, scalars: scalars))
    }
    joinSteps()
    body += stores
  }

  /// Has the three instructions of a step of Adam done together, unless a later one reads more of
  /// an earlier one's result than Adam does: all operands are loaded first.
  private mutating func joinSteps() {
    for place in body.indices.dropLast(2) {
      let (mean, squares, step) = (body[place], body[place + 1], body[place + 2])
      if mean.opcode == .mix, squares.opcode == .mixSquares, step.opcode == .subtractQuotient,
        mean.b == squares.b, step.a == mean.result, step.b == squares.result,
        squares.a != mean.result, step.c != mean.result, step.c != squares.result
      {
        body[place].opcode = .mixAndStep
      }
    }
  }

  /// The memory of a value that is the same everywhere.
  private func scalar(_ node: Int) -> UnsafePointer<Float> {
    let source =
      (schedule.graph.nodes[node].operation as? Fill).map { constant($0.value) }
      ?? memory(schedule.source(of: node, materialized: schedule.materialized))!
    return UnsafePointer(source.assumingMemoryBound(to: Float.self))
  }

  /// Where the operand is read, after instructions that bring what repeats into a register.
  private mutating func slot(operand node: Int) -> LoopSlot {
    if let slot = slots[node] { return slot }
    let isRepeated =
      schedule.graph.nodes[node].isRepetition && !schedule.materialized.contains(node)
    guard isRepeated || isInlineFill(node) else {
      let element = schedule.graph.nodes[node].type.element
      return LoopSlot(memory: memory(node)!, stride: element.byteCount)
    }
    let pattern = RepetitionPattern(graph: schedule.graph, node: node)!
    let source: UnsafeMutableRawPointer
    if let fill = schedule.graph.nodes[node].operation as? Fill {
      source = constant(fill.value)
    } else {
      source = memory(schedule.storage(of: pattern.source))!
    }
    let columns = extent(pattern.columns)
    let isSame = isSameInEveryBlock(pattern.opcode, columns: columns)
    if isSame { preambleNodes.insert(node) }
    let slot = newRegister(node, isKept: isSame)
    let opcode: LoopOpcode =
      switch pattern.opcode {
      case .value: .repeatValue
      case .row: .repeatRow
      case .column: .repeatColumn
      }
    let instruction = LoopInstruction(
      opcode, result: slot, a: LoopSlot(memory: source, stride: 0),
      columns: columns)
    if isSame { preamble.append(instruction) } else { body.append(instruction) }
    slots[node] = slot
    return slot
  }

  /// Whether a register can be filled once: with one value, or with rows of which a block holds a
  /// whole number, wherever it begins.
  private mutating func isSameInEveryBlock(
    _ opcode: RepetitionPattern.Opcode, columns: Int
  ) -> Bool {
    switch opcode {
    case .value: return true
    case .column: return false
    case .row:
      let rowLength = step.operation.map {
        extent(schedule.graph.nodes[$0].type.shape.dimensions.last!)
      }
      return columns > 0 && LoopProgram.blockLength.isMultiple(of: columns)
        && (rowLength ?? 0).isMultiple(of: columns)
    }
  }

  private mutating func extent(_ dimension: Dimension) -> Int {
    if dimension.isBatch { isForAnyBatch = false }
    return dimension.extent(batch: batch)
  }

  private func isInlineFill(_ node: Int) -> Bool {
    schedule.graph.nodes[node].performs(Fill.self)
  }

  /// The result's memory, or a register; a register and a later copy where the memory is still to
  /// be read by the rest of the loop.
  private mutating func result(
    of index: Int, rest: ArraySlice<LoopTerm>, _ stores: inout [LoopInstruction]
  ) -> LoopSlot {
    let element = schedule.graph.nodes[index].type.element
    guard let target = memory(index) else {
      let slot = newRegister(index)
      slots[index] = slot
      return slot
    }
    let slot = LoopSlot(memory: target, stride: element.byteCount)
    let isReadLater = rest.contains { later in
      later.operands.contains { $0 != index && slots[$0] == nil && memory($0) == target }
    }
    guard isReadLater, element != .uint8 else {
      slots[index] = slot
      return slot
    }
    let register = newRegister(index)
    slots[index] = register
    keptRegisters.insert(index)
    stores.append(LoopInstruction(.copy, result: slot, a: register))
    return register
  }

  /// The nodes whose registers are copied to memory at the end.
  private var keptRegisters: Set<Int> = []
  /// The nodes whose registers the preamble fills.
  private var preambleNodes: Set<Int> = []
  private var usedRegisters: Set<Int> = []

  /// A register; for the preamble one that nothing before has written, since the preamble runs
  /// first. The fusion pass keeps loops small enough that there always is one.
  private mutating func newRegister(_ node: Int, isKept: Bool = false) -> LoopSlot {
    let place =
      isKept ? freeRegisters.firstIndex { !usedRegisters.contains($0) } : freeRegisters.indices.last
    guard let place else {
      preconditionFailure("LoopBuilder: a loop needs more registers than there are")
    }
    let register = freeRegisters.remove(at: place)
    usedRegisters.insert(register)
    registers[node] = register
    return LoopSlot(register: register)
  }

  /// Frees the registers of values that the rest of the loop does not read; what the preamble
  /// fills stays.
  private mutating func release(before rest: ArraySlice<LoopTerm>) {
    let needed = Set(rest.flatMap(\.operands))
    for (node, register) in registers
    where !needed.contains(node) && !keptRegisters.contains(node) && !preambleNodes.contains(node) {
      freeRegisters.append(register)
      registers[node] = nil
    }
  }
}
