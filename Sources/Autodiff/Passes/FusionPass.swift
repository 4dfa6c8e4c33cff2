internal import KernelInterface

/// Cuts a graph into steps and decides, from the graph alone, what is computed together:
/// elementwise operations join the loop or the product that computes their latest operand.
struct FusionPass {
  private var schedule: Schedule
  private let isEnabled: Bool
  /// Broadcasts and fills that some loop could not read in place.
  private var materialized: Set<Int> = []

  /// - Parameter isEnabled: false gives every operation a step of its own, for comparison.
  init(graph: Graph, roots: [Expression], isEnabled: Bool) {
    schedule = Schedule(
      graph: graph, live: graph.ancestors(of: roots.map(\.index)).sorted())
    self.isEnabled = isEnabled
    // A root is read by the caller, so it needs memory of its own.
    rootStorage = Set(roots.map(\.index))
  }

  private let rootStorage: Set<Int>
  /// The nodes that read each node.
  private var readers: [Int: [Int]] = [:]
  /// Elementwise nodes that wait for their first reader.
  private var waiting: Set<Int> = []

  func run() -> Schedule {
    var pass = self
    pass.findMaterialized()
    for index in pass.schedule.live {
      for operand in pass.graph.nodes[index].operands {
        pass.readers[operand, default: []].append(index)
      }
    }
    for index in pass.schedule.live { pass.place(index) }
    pass.schedule.materialized = pass.materialized
    return pass.schedule
  }

  private var graph: Graph { schedule.graph }

  /// Fills and broadcasts need memory when anything but a loop reads them, or when their pattern
  /// is more than loops can follow.
  private mutating func findMaterialized() {
    for index in schedule.live {
      let node = graph.nodes[index]
      for operand in node.operands {
        let source = schedule.storage(of: operand)
        let isReading = node.operation.elementwise != nil
        if graph.nodes[source].isRepetition,
          !isReading && !node.isAlias || !canRepeat(source)
        {
          materialized.insert(source)
        }
      }
      if rootStorage.contains(index) { materialized.insert(schedule.storage(of: index)) }
    }
  }

  private func canRepeat(_ index: Int) -> Bool {
    guard isEnabled else { return graph.nodes[index].performs(Fill.self) }
    return RepetitionPattern(graph: graph, node: index) != nil
  }

  private mutating func place(_ index: Int) {
    let node = graph.nodes[index]
    if schedule.isResident(index) || node.isAlias { return }
    if node.isRepetition {
      if materialized.contains(index) { append(index) }
    } else if node.operation.elementwise != nil {
      placeElementwise(index)
    } else if node.performs(PoolGather.self) {
      // The kernel that finds the places of the maxima writes the maxima as well.
      let places = schedule.storage(of: node.operands[1])
      if isEnabled, let position = schedule.position[places],
        graph.nodes[places].performs(PoolArgmax.self),
        graph.nodes[places].operands[0] == node.operands[0],
        schedule.steps[position].companion == nil
      {
        schedule.steps[position].companion = index
        schedule.position[index] = position
      } else {
        append(index)
      }
    } else {
      append(index)
    }
  }

  private mutating func append(_ index: Int) {
    schedule.steps.append(
      Schedule.Step(operation: index, elementCount: graph.nodes[index].type.shape.elementCount))
    schedule.position[index] = schedule.steps.count - 1
  }

  private mutating func placeElementwise(_ index: Int, mayWait: Bool = true) {
    guard isEnabled else { return appendLoop(index) }
    // What waits may by now read values that another reader had computed.
    let group = waitingOperands(of: index)
    let latest = (group + [index]).flatMap { positions(of: $0) }.max()
    if mayWait, canWait(index) {
      waiting.insert(index)
      return
    }
    if let latest, canJoin(group + [index], step: latest) {
      for node in group + [index] { join(node, step: latest) }
    } else if let first = group.first {
      waiting.remove(first)
      placeElementwise(first, mayWait: false)
      let rest = group.dropFirst() + [index]
      // What reads inputs alone has no step to join, but may begin one.
      if latest == nil, canJoin(Array(rest), step: schedule.steps.count - 1) {
        for node in rest { join(node, step: schedule.steps.count - 1) }
      } else {
        for node in rest {
          waiting.remove(node)
          placeElementwise(node, mayWait: false)
        }
      }
    } else {
      appendLoop(index)
    }
  }

  private mutating func join(_ index: Int, step position: Int) {
    schedule.steps[position].loop = schedule.steps[position].loop ?? Schedule.Loop()
    schedule.steps[position].loop!.nodes.append(index)
    schedule.position[index] = position
    waiting.remove(index)
  }

  private mutating func appendLoop(_ index: Int) {
    schedule.steps.append(
      Schedule.Step(loop: Schedule.Loop(), elementCount: elementCount(index)))
    join(index, step: schedule.steps.count - 1)
  }

  private func elementCount(_ index: Int) -> Dimension {
    graph.nodes[index].type.shape.elementCount
  }

  private func sources(of index: Int) -> [Int] {
    graph.nodes[index].operands.map { schedule.source(of: $0, materialized: materialized) }
  }

  private func positions(of index: Int) -> [Int] {
    sources(of: index).compactMap { schedule.position[$0] }
  }

  /// A node that reads nothing but what has memory in any case can be computed at any later time:
  /// best with its first reader, if all of its readers read it place by place.
  private func canWait(_ index: Int) -> Bool {
    !rootStorage.contains(index)
      && sources(of: index).allSatisfy {
        schedule.position[$0] == nil || isStoredAnyway($0)
      }
      && readers[index, default: []].allSatisfy { reader in
        graph.nodes[reader].operation.elementwise != nil
          && elementCount(reader) == elementCount(index)
      }
  }

  /// Whether the caller, or an operation that is no part of a loop, reads the value.
  private func isStoredAnyway(_ index: Int) -> Bool {
    if rootStorage.contains(index) { return true }
    return readers[index, default: []].contains { reader in
      let node = graph.nodes[reader]
      if node.isAlias { return isStoredAnyway(reader) }
      return node.operation.elementwise == nil
    }
  }

  /// The waiting nodes that a node needs, in the order of computation.
  private func waitingOperands(of index: Int) -> [Int] {
    var found: Set<Int> = []
    var pending = [index]
    while let node = pending.popLast() {
      for source in sources(of: node) where waiting.contains(source) {
        if found.insert(source).inserted { pending.append(source) }
      }
    }
    return found.sorted()
  }

  private func canJoin(_ indices: [Int], step position: Int) -> Bool {
    let step = schedule.steps[position]
    guard indices.allSatisfy({ step.elementCount == elementCount($0) }) else { return false }
    // What repeats is read from memory, so the step that writes it must be over.
    for index in indices {
      let repeated = schedule.repeatedOperands(of: index, materialized: materialized)
      if repeated.contains(where: { schedule.position[$0] == position }) { return false }
    }
    // In the worst case every value of the loop and every operand takes a register.
    let nodes = Set((step.loop?.nodes ?? []) + indices)
    let values = nodes.union(
      nodes.flatMap { graph.nodes[$0].operands.map { schedule.storage(of: $0) } })
    guard values.count < LoopProgram.registerLimit else { return false }
    guard let operation = step.operation else { return true }
    return graph.nodes[operation].performs(MatrixProduct.self)
      || graph.nodes[operation].performs(Convolution.self)
  }
}

/// How a loop reads a value that repeats: its period and how often each of its elements comes in a
/// row, in elements of the loop.
struct RepetitionPattern {
  /// The node to read.
  let source: Int
  let opcode: Opcode
  /// The period, or the length of a run; may depend on the batch.
  let columns: Dimension

  enum Opcode {
    case value, row, column
  }

  init?(graph: Graph, node index: Int) {
    let node = graph.nodes[index]
    if node.performs(Fill.self) {
      (source, opcode, columns) = (index, .value, 1)
      return
    }
    guard node.performs(Broadcast.self) else { return nil }
    source = node.operands[0]
    let operand = graph.nodes[source].type.shape
    let result = node.type.shape
    let added = result.rank - operand.rank
    // The axes along which the operand does not repeat must be neighbours.
    let own = result.dimensions.indices.filter { axis in
      axis >= added && operand[axis - added] == result[axis] && result[axis] != 1
    }
    guard let first = own.first, let last = own.last else {
      (opcode, columns) = (.value, 1)
      return
    }
    guard last - first + 1 == own.count else { return nil }
    let inner = Shape(Array(result.dimensions[(last + 1)...])).elementCount
    let outer = Shape(Array(result.dimensions[..<first])).elementCount
    if inner == 1 {
      (opcode, columns) = (.row, Shape(Array(result.dimensions[first...last])).elementCount)
    } else if outer == 1 {
      (opcode, columns) = (.column, inner)
    } else {
      return nil
    }
  }
}
