/// Which matrices lie in panels: the weights that a program updates and otherwise only multiplies
/// by, with their moments and gradients.
///
/// Loops go through memory from beginning to end, so all that a step reads and writes place by place
/// is laid out alike. Where that cannot be, values lie row by row, and steps read copies of variables
/// that another program has laid out in panels, and write new values of them by way of a copy.
struct LayoutPass {
  private let schedule: Schedule
  /// The nodes whose memory the caller reads.
  private let results: Set<Int>
  private let updates: [(variable: Int, value: Int)]
  /// The layouts of variables that other programs use, by node.
  private let settled: [Int: MatrixLayout]
  /// The nodes whose memory may still be in panels.
  private var paneled: Set<Int> = []

  init(
    schedule: Schedule, results: [Int], updates: [(variable: Int, value: Int)],
    settled: [Int: MatrixLayout]
  ) {
    self.schedule = schedule
    self.results = Set(results.map { schedule.storage(of: $0) })
    self.updates = updates
    self.settled = settled
  }

  /// The nodes whose memory is in panels.
  func run() -> Set<Int> {
    var pass = self
    pass.begin()
    guard pass.paneled.contains(where: { graph.nodes[$0].performs(Variable.self) }) else {
      return []
    }
    var count = -1
    while count != pass.paneled.count {
      count = pass.paneled.count
      for step in schedule.steps { pass.check(step) }
      pass.checkUpdates()
    }
    return pass.paneled
  }

  private var graph: Graph { schedule.graph }

  private mutating func begin() {
    let updated = Set(updates.map(\.variable))
    for index in Set(schedule.live).union(updated)
    where MatrixLayout.allowsPanels(graph.nodes[index].type) {
      let isCandidate =
        graph.nodes[index].performs(Variable.self)
        ? settled[index].map { $0 == .panels } ?? updated.contains(index)
        : schedule.position[index] != nil && !results.contains(index)
      if isCandidate { paneled.insert(index) }
    }
  }

  /// Gives up panels for a value, unless it is a variable whose layout is settled.
  private mutating func giveUp(_ node: Int) {
    if settled[node] == nil { paneled.remove(node) }
  }

  private mutating func check(_ step: Schedule.Step) {
    let operands = step.operation.map { graph.nodes[$0].operands } ?? []
    let isProduct = step.operation.map { graph.nodes[$0].performs(MatrixProduct.self) } ?? false
    var places = Set(step.nodes)
    for read in schedule.reads(of: step) where read.isInPlace { places.insert(read.node) }
    if isProduct, operands.count > 2 { places.insert(schedule.storage(of: operands[2])) }
    if !isInPanels(places) || !(isProduct || step.operation == nil) || step.producer != nil
      || step.companion != nil || !repeatsOnlyValues(step)
    {
      for node in places { giveUp(node) }
    }
    // What else is read, be it read place by place as well.
    for (place, operand) in operands.enumerated() where !(isProduct && place == 2) {
      let node = schedule.storage(of: operand)
      let isFactor = isProduct && place == 1 && graph.nodes[operand].type == graph.nodes[node].type
      if !isFactor || !graph.nodes[node].performs(Variable.self) { giveUp(node) }
    }
    let others = Set(operands.map { schedule.storage(of: $0) }).union(places)
    for read in schedule.reads(of: step) where !read.isInPlace && !others.contains(read.node) {
      giveUp(read.node)
    }
  }

  /// Whether all of these nodes are matrices of one shape in panels.
  private func isInPanels(_ nodes: Set<Int>) -> Bool {
    let shapes = Set(nodes.map { graph.nodes[$0].type.shape })
    return shapes.count == 1 && nodes.isSubset(of: paneled)
  }

  private func repeatsOnlyValues(_ step: Schedule.Step) -> Bool {
    (step.loop?.nodes ?? []).allSatisfy { index in
      graph.nodes[index].operands.allSatisfy { operand in
        !graph.nodes[operand].isRepetition || schedule.materialized.contains(operand)
          || RepetitionPattern(graph: graph, node: operand)?.opcode == .value
      }
    }
  }

  /// A new value that takes a variable's place is laid out as the variable is.
  private mutating func checkUpdates() {
    for update in updates {
      let value = schedule.storage(of: update.value)
      if !paneled.contains(value) || !isInPanels([value, update.variable]) {
        giveUp(update.variable)
      }
      if !isInPanels([value, update.variable]), !graph.nodes[value].performs(Variable.self) {
        paneled.remove(value)
      }
    }
  }
}
