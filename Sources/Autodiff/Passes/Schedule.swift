/// The steps of a program in their order, and which step computes each value.
struct Schedule {
  /// Elementwise nodes that are computed together, block by block.
  struct Loop {
    /// In the order of computation.
    var nodes: [Int] = []
  }

  /// An operation, with the loop on its result, whose result the operation of a step takes over
  /// strip by strip: it has no memory, and no step of its own.
  struct Producer {
    var operation: Int
    var loop: Loop?
    /// The node whose value the step reads: the operation, or the last one of the loop.
    var result: Int
  }

  /// One step: an operation with its kernel, a loop, or a product whose finished rows a loop takes
  /// over at once.
  struct Step {
    /// The operation, or nil for a loop alone.
    var operation: Int?
    /// An operation on the same operand whose result the first one's kernel writes as well.
    var companion: Int?
    /// The rectifier of the companion's value, if that is what the kernel writes.
    var rectified: Int?
    var loop: Loop?
    /// What makes one of the operation's operands.
    var producer: Producer?
    /// The number of elements that the loop runs over.
    var elementCount: Dimension

    /// The nodes whose values this step computes.
    var nodes: [Int] {
      [operation, companion, rectified].compactMap { $0 } + (loop?.nodes ?? [])
    }
  }

  let graph: Graph
  /// The nodes that are needed, in ascending order.
  let live: [Int]
  var steps: [Step] = []
  /// The step that computes a node's value; absent for inputs, variables and what loops read in
  /// place.
  var position: [Int: Int] = [:]
  /// The fills and broadcasts that have memory; loops read the others in place.
  var materialized: Set<Int> = []

  /// The node whose memory holds a node's value: reshaping and stopping gradients move nothing.
  func storage(of index: Int) -> Int {
    var index = index
    while graph.nodes[index].isAlias {
      index = graph.nodes[index].operands[0]
    }
    return index
  }

  /// Whether the node's memory is written before a run, by the caller or an earlier run.
  func isResident(_ index: Int) -> Bool {
    graph.nodes[index].performs(Input.self) || graph.nodes[index].performs(Variable.self)
  }

  /// The node whose value a loop reads for an operand: of a broadcast that it follows in place,
  /// the value that repeats.
  func source(of operand: Int, materialized: Set<Int>) -> Int {
    let node = storage(of: operand)
    guard graph.nodes[node].performs(Broadcast.self), !materialized.contains(node) else {
      return node
    }
    return storage(of: graph.nodes[node].operands[0])
  }

  /// The values that an elementwise node reads by rows, by columns or as one value.
  func repeatedOperands(of index: Int, materialized: Set<Int>) -> [Int] {
    graph.nodes[index].operands.compactMap { operand in
      let source = source(of: operand, materialized: materialized)
      return source == storage(of: operand) ? nil : source
    }
  }

  /// Every value that a step reads, by the node that holds its memory, with whether it is read
  /// only place by place, as a loop reads what does not repeat.
  func reads(of step: Step) -> [(node: Int, isInPlace: Bool)] {
    var reads: [(Int, Bool)] = []
    let operations = [step.producer?.operation, step.operation, step.companion].compactMap { $0 }
    for index in operations {
      let nodes = graph.nodes[index].operands.map { storage(of: $0) }
      reads += nodes.filter { $0 != step.producer?.result }.map { ($0, false) }
    }
    for index in step.producer?.loop?.nodes ?? [] {
      reads += repeatedOperands(of: index, materialized: materialized).map { ($0, false) }
    }
    for index in step.loop?.nodes ?? [] {
      let repeated = repeatedOperands(of: index, materialized: materialized)
      reads += repeated.map { ($0, false) }
      for operand in graph.nodes[index].operands {
        let node = storage(of: operand)
        let isInline = graph.nodes[node].isRepetition && !materialized.contains(node)
        if !isInline { reads.append((node, true)) }
      }
    }
    return reads
  }

  /// The nodes that more than two products read as they are on their right.
  var sharedFactors: [Int] {
    let factors = steps.compactMap { step -> Int? in
      guard let index = step.operation,
        let product = graph.nodes[index].operation as? MatrixProduct, !product.transposesRight
      else { return nil }
      return storage(of: graph.nodes[index].operands[1])
    }
    return Dictionary(grouping: factors) { $0 }.filter { $0.value.count > 2 }.map(\.key)
  }

  /// Whether any step but the one that computes it reads the result of an operation.
  func isReadElsewhere(_ operation: Int) -> Bool {
    steps.contains { other in
      other.operation != operation && reads(of: other).contains { $0.node == operation }
    }
  }

  /// Whether a step's result follows from the rows of its producer's first operand and from nothing
  /// else that may change but variables.
  func followsRowsAlone(_ step: Step) -> Bool {
    guard let producer = step.producer, step.loop == nil else { return false }
    let loop = producer.loop?.nodes ?? []
    let computed = Set([producer.operation] + loop)
    let read =
      graph.nodes[producer.operation].operands.dropFirst()
      + loop.flatMap {
        graph.nodes[$0].operands
      }
    return read.map { source(of: $0, materialized: materialized) }.allSatisfy { index in
      computed.contains(index) || graph.nodes[index].performs(Variable.self)
        || graph.nodes[index].performs(Fill.self)
    }
  }

  /// The operation of the step that makes a product's left operand from rows alone, if the right one
  /// is a variable as it is.
  func stepOfRows(of step: Step) -> Int? {
    guard let index = step.operation, let product = graph.nodes[index].operation as? MatrixProduct,
      !product.transposesLeft, graph.nodes[index].operands.count == 2,
      // Reshaped otherwise, its rows would be parts of examples.
      graph.nodes[graph.nodes[index].operands[0]].type.shape.isPerExample,
      graph.nodes[storage(of: graph.nodes[index].operands[1])].performs(Variable.self)
    else { return nil }
    let rows = storage(of: graph.nodes[index].operands[0])
    return steps.first { step in
      (step.rectified ?? step.companion) == rows && followsRowsAlone(step)
    }?.operation
  }

  /// Keeps some of the steps, by their positions; the values of the others have no position then.
  mutating func keepSteps(_ isKept: (Int) -> Bool) {
    let kept = steps.indices.filter(isKept)
    let places = Dictionary(uniqueKeysWithValues: zip(kept, kept.indices))
    steps = kept.map { steps[$0] }
    position = position.compactMapValues { places[$0] }
  }
}

extension Graph.Node {
  /// Whether the value is the operand's, in the same memory.
  var isAlias: Bool { performs(Reshape.self) || performs(StopGradient.self) }

  /// Whether the value is a number or an operand again and again, which loops need not store.
  var isRepetition: Bool { performs(Fill.self) || performs(Broadcast.self) }
}
