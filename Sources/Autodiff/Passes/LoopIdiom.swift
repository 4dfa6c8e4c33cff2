internal import KernelInterface

/// Elementwise operations that the loop kernel does in one instruction, with the roundings of each:
/// what lies between them stays in the processor's registers.
struct LoopIdiom {
  let opcode: LoopOpcode
  let pattern: Pattern

  /// Operations on operands, which are values of a place, and scalars, which are the same
  /// everywhere.
  indirect enum Pattern {
    case operand(Int)
    case scalar(Int)
    case constant(Float)
    case apply(LoopOpcode, [Pattern])
  }

  /// An idiom that begins with another comes before it.
  static let all: [LoopIdiom] = {
    let (a, b, c) = (Pattern.operand(0), Pattern.operand(1), Pattern.operand(2))
    let (s, t, u) = (Pattern.scalar(0), Pattern.scalar(1), Pattern.scalar(2))
    let (v, w) = (Pattern.scalar(3), Pattern.scalar(4))
    func bounds(_ x: Pattern) -> [Pattern] {
      [
        .apply(.minimum, [.apply(.maximum, [(x - s) * t, u]), x]),
        .apply(.maximum, [.apply(.minimum, [(x + s) * v, w]), x]),
      ]
    }
    return [
      LoopIdiom(.clampAround, .apply(.clamp, [a] + bounds(b))),
      LoopIdiom(.unitFromByte, .apply(.floatFromByte, [a]) / .constant(255)),
      LoopIdiom(.mixSquares, a * s + (b * b) * t),
      LoopIdiom(.mix, a * s + b * t),
      LoopIdiom(.addRectified, .apply(.rectify, [a + b])),
      LoopIdiom(
        .gate, .apply(.select, [.apply(.greater, [a, .constant(0)]), b, .constant(0)])),
      LoopIdiom(.addSigned, a + .apply(.sign, [b]) * s),
      LoopIdiom(.addSpread, a + (b * s - t) * u),
      LoopIdiom(.addScaled, a + b * s),
      LoopIdiom(.subtractQuotient, c - a * s / (.apply(.squareRoot, [b * t]) + u)),
      LoopIdiom(.subtractScaled, a - b * s),
      LoopIdiom(.boundBelow, .apply(.minimum, [.apply(.maximum, [(a - s) * t, u]), a])),
      LoopIdiom(.boundAbove, .apply(.maximum, [.apply(.minimum, [(a + s) * t, u]), a])),
    ]
  }()

  init(_ opcode: LoopOpcode, _ pattern: Pattern) {
    self.opcode = opcode
    self.pattern = pattern
  }
}

extension LoopIdiom.Pattern {
  fileprivate static func + (a: Self, b: Self) -> Self { .apply(.add, [a, b]) }
  fileprivate static func - (a: Self, b: Self) -> Self { .apply(.subtract, [a, b]) }
  fileprivate static func * (a: Self, b: Self) -> Self { .apply(.multiply, [a, b]) }
  fileprivate static func / (a: Self, b: Self) -> Self { .apply(.divide, [a, b]) }
}

/// What an instruction computes: the value of `node` from operands and scalars.
struct LoopTerm {
  let node: Int
  let opcode: LoopOpcode
  var operands: [Int]
  var scalars: [Int] = []
}

/// Finds the idioms among the nodes of a loop.
struct LoopIdiomMatcher {
  private let graph: Graph
  private let schedule: Schedule
  private let nodes: [Int]
  private let opcodes: [Int: LoopOpcode]
  /// The nodes that nothing but one operand of one node of the loop reads.
  private let inner: Set<Int>

  /// - Parameter isStored: whether a node's value has memory, as what is read outside has.
  init(_ nodes: [Int], schedule: Schedule, isStored: (Int) -> Bool) {
    graph = schedule.graph
    self.schedule = schedule
    self.nodes = nodes
    opcodes = Dictionary(
      uniqueKeysWithValues: nodes.map { index in
        let node = schedule.graph.nodes[index]
        let operands = node.operands.map { schedule.graph.nodes[$0].type }
        return (index, node.operation.elementwise!.opcode(operands))
      })
    let reads = nodes.flatMap { schedule.graph.nodes[$0].operands.map(schedule.storage) }
    let counts = Dictionary(reads.map { ($0, 1) }, uniquingKeysWith: +)
    inner = Set(nodes.filter { counts[$0] == 1 && !isStored($0) })
  }

  /// The instructions of the loop in their order.
  func terms() -> [LoopTerm] {
    var terms: [LoopTerm] = []
    var covered: Set<Int> = []
    for node in nodes.reversed() where !covered.contains(node) {
      if let (term, nodes) = idiom(endingIn: node) {
        terms.append(term)
        covered.formUnion(nodes)
      } else {
        terms.append(
          LoopTerm(
            node: node, opcode: opcodes[node]!,
            operands: graph.nodes[node].operands.map(schedule.storage)))
      }
    }
    return terms.reversed()
  }

  private func idiom(endingIn node: Int) -> (LoopTerm, nodes: Set<Int>)? {
    for idiom in LoopIdiom.all {
      var match = Match()
      guard case .apply(let opcode, let arguments) = idiom.pattern, opcodes[node] == opcode,
        find(opcode, arguments, node, &match)
      else { continue }
      let term = LoopTerm(
        node: node, opcode: idiom.opcode, operands: match.operands.compacted,
        scalars: match.scalars.compacted)
      return (term, match.nodes)
    }
    return nil
  }

  private struct Match {
    var operands: [Int: Int] = [:]
    var scalars: [Int: Int] = [:]
    /// The nodes between the operands and the last one.
    var nodes: Set<Int> = []
  }

  private func find(
    _ opcode: LoopOpcode, _ arguments: [LoopIdiom.Pattern], _ node: Int, _ match: inout Match
  ) -> Bool {
    let operands = graph.nodes[node].operands.map(schedule.storage)
    let isCommutative = opcode == .add || opcode == .multiply
    for order in isCommutative ? [operands, operands.reversed()] : [operands] {
      var attempt = match
      if zip(arguments, order).allSatisfy({ find($0, $1, &attempt) }) {
        match = attempt
        return true
      }
    }
    return false
  }

  private func find(_ pattern: LoopIdiom.Pattern, _ node: Int, _ match: inout Match) -> Bool {
    switch pattern {
    case .operand(let place):
      if let found = match.operands[place] { return found == node }
      match.operands[place] = node
      return true
    case .scalar(let place):
      if let found = match.scalars[place] { return found == node }
      match.scalars[place] = node
      return isScalar(node)
    case .constant(let value):
      return (graph.nodes[node].operation as? Fill)?.value.bitPattern == value.bitPattern
    case .apply(let opcode, let arguments):
      guard inner.contains(node), opcodes[node] == opcode else { return false }
      match.nodes.insert(node)
      return find(opcode, arguments, node, &match)
    }
  }

  /// Whether a loop reads the value as one number.
  private func isScalar(_ node: Int) -> Bool {
    guard !schedule.materialized.contains(node), graph.nodes[node].type.element == .float32 else {
      return false
    }
    return RepetitionPattern(graph: graph, node: node)?.opcode == .value
  }
}

extension [Int: Int] {
  /// The values in the order of their keys.
  fileprivate var compacted: [Int] { sorted { $0.key < $1.key }.map(\.value) }
}
