internal import KernelInterface

/// Finds the values of which threads better have copies of their own.
///
/// What a loop makes of inputs alone, as numbers of the bytes of images, is made sooner again by every
/// thread than it comes from another core; and to write over what another core has read takes longest
/// of all. It is worth it where threads read all of it: for products of which each does columns.
struct ReplicationPass {
  let schedule: Schedule
  /// The nodes whose memory the caller reads, or a run writes.
  let results: Set<Int>
  /// The nodes whose memory is in panels.
  let paneled: Set<Int>

  /// The nodes and how many copies of each are of use.
  func run() -> [Int: Int] {
    var copies: [Int: Int] = [:]
    for step in schedule.steps {
      guard step.operation == nil, let nodes = step.loop?.nodes, let node = nodes.last,
        schedule.reads(of: step).allSatisfy({ nodes.contains($0.node) || isGiven($0.node) }),
        !nodes.contains(where: results.contains),
        !nodes.dropLast().contains(where: { isRead($0, outside: step) })
      else { continue }
      let parts = schedule.steps.compactMap { columnParts(of: $0, leftFactor: node) }.max() ?? 1
      if parts > 1 { copies[node] = parts }
    }
    return copies
  }

  /// The inputs of which nothing but such a loop reads the rows, with the loop's node: these may be
  /// anywhere, for every thread copies them.
  func inputs(ofCopied copied: Set<Int>) -> [Int: Int] {
    var readers: [Int: [Int?]] = [:]
    for step in schedule.steps {
      for node in Set(schedule.reads(of: step).map(\.node)) {
        readers[node, default: []].append(step.operation == nil ? step.loop?.nodes.last : nil)
      }
    }
    return readers.compactMapValues { $0.count == 1 ? $0[0] : nil }.filter { input, reader in
      graph.nodes[input].performs(Input.self) && graph.nodes[input].type.shape.batchAxis == 0
        && copied.contains(reader) && !results.contains(input)
    }
  }

  private var graph: Graph { schedule.graph }

  /// Whether a value is an input or a constant.
  private func isGiven(_ node: Int) -> Bool {
    graph.nodes[node].performs(Input.self) || graph.nodes[node].performs(Fill.self)
  }

  private func isRead(_ node: Int, outside own: Schedule.Step) -> Bool {
    schedule.steps.contains { step in
      step.nodes != own.nodes && schedule.reads(of: step).contains { $0.node == node }
    }
  }

  /// Into how many parts threads may cut a step's columns, if it is a product with this left factor
  /// whose columns they keep.
  private func columnParts(of step: Schedule.Step, leftFactor node: Int) -> Int? {
    guard let index = step.operation, let product = graph.nodes[index].operation as? MatrixProduct,
      case let operands = graph.nodes[index].operands, schedule.storage(of: operands[0]) == node,
      paneled.contains(index)
        || paneled.contains(schedule.storage(of: operands[1])) && !product.transposesRight
    else { return nil }
    return graph.nodes[index].type.shape[1].multiple / ProductArguments.panelColumns
  }
}
