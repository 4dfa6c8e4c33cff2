import Kernels
import Testing

@testable import Autodiff

/// A graph with values for its inputs and variables: what a test evaluates in two ways.
struct Example {
  let graph = Graph()
  /// The examples of the run.
  let batch: Int
  var random: RandomSource
  /// The elements of inputs and variables by name.
  private(set) var values: [String: [Double]] = [:]
  /// Inputs and variables in the order of their making.
  private(set) var sources: [Expression] = []
  private(set) var updates: [Program.Update] = []

  init(batch: Int, seed: Int) {
    self.batch = batch
    random = RandomSource(seed: seed)
  }

  private mutating func add(_ source: Expression, _ elements: [Double]) -> Expression {
    precondition(elements.count == source.shape.elementCount.extent(batch: batch))
    values["s\(sources.count)"] = elements
    sources.append(source)
    return source
  }

  func count(_ shape: Shape) -> Int { shape.elementCount.extent(batch: batch) }

  /// A float32 input with random elements.
  mutating func input(_ shape: Shape, in range: ClosedRange<Double> = -1...1) -> Expression {
    input(shape, random.numbers(count(shape), range))
  }

  mutating func input(_ shape: Shape, _ elements: [Double]) -> Expression {
    add(graph.input("s\(sources.count)", shape: shape), elements)
  }

  /// An input of another element type with random whole numbers.
  mutating func integers(
    _ shape: Shape, in range: ClosedRange<Int>, element: ElementType = .int32
  ) -> Expression {
    let elements = (0..<count(shape)).map { _ in Double(random.integer(range)) }
    return add(graph.input("s\(sources.count)", shape: shape, element: element), elements)
  }

  mutating func variable(_ shape: [Int], in range: ClosedRange<Double> = -1...1) -> Expression {
    variable(shape, random.numbers(shape.reduce(1, *), range))
  }

  mutating func variable(_ shape: [Int], _ elements: [Double]) -> Expression {
    add(graph.variable("s\(sources.count)", shape: shape), elements)
  }

  mutating func replaceValue(of source: Expression, with elements: [Double]) {
    values[source.sourceName] = elements
  }

  mutating func update(_ variable: Expression, to value: Expression) {
    updates.append((variable, value))
  }

  /// What a program gives: the results of every run, and the variables after the last.
  struct Outcome: Equatable {
    var results: [[Tensor]] = []
    var variables: [Tensor] = []

    /// Equality of bits, NaNs included.
    static func == (left: Outcome, right: Outcome) -> Bool {
      left.bits == right.bits
    }

    private var bits: [[UInt32]] {
      (results.flatMap { $0 } + variables).map { tensor in
        switch tensor.storage {
        case .float32(let elements): elements.map(\.bitPattern)
        case .int32(let elements): elements.map { UInt32(bitPattern: $0) }
        case .uint8(let elements): elements.map { UInt32($0) }
        }
      }
    }
  }

  /// Compiles and runs the results and the updates.
  func run(
    _ results: [Expression], device: Device = Devices.single, fuses: Bool = true,
    capacity: Int? = nil, runs: Int = 1
  ) -> Outcome {
    let variables = Variables()
    let program = Program(
      results: results, updates: updates, variables: variables, capacity: capacity ?? batch,
      device: device, fuses: fuses)
    for source in sources where source.isVariable {
      variables[source.sourceName] = tensor(source)
    }
    for source in sources where !source.isVariable { program.write(tensor(source), to: source) }
    var outcome = Outcome()
    for _ in 0..<runs {
      program.run(batch: batch)
      outcome.results.append(results.map { program.read($0) })
    }
    outcome.variables = updates.map { variables[$0.variable.sourceName] }
    return outcome
  }

  private func tensor(_ source: Expression) -> Tensor {
    let elements = values[source.sourceName]!
    let shape = source.shape.extents(batch: batch)
    return switch source.element {
    case .float32: Tensor(elements.map { Float($0) }, shape: shape)
    case .int32: Tensor(elements.map { Int32($0) }, shape: shape)
    case .uint8: Tensor(elements.map { UInt8($0) }, shape: shape)
    }
  }

  /// The values in Double.
  func reference(_ expressions: [Expression]) -> [ReferenceValue] {
    var interpreter = ReferenceInterpreter(batch: batch, values: values)
    return expressions.map { interpreter.value(of: $0) }
  }

  /// The value of a scalar in Double, with other elements for some inputs.
  func reference(_ scalar: Expression, replacing others: [String: [Double]]) -> Double {
    var interpreter = ReferenceInterpreter(
      batch: batch, values: values.merging(others) { $1 })
    return interpreter.value(of: scalar).elements.reduce(0, +)
  }
}

extension Expression {
  var isVariable: Bool { node.operation is Variable }

  /// The name of an input or a variable.
  var sourceName: String {
    (node.operation as? Variable)?.name ?? (node.operation as? Input)!.name
  }

  /// Every element times a random number, summed for each example where the examples are the first
  /// axis, else over everything.
  func weightedLoss(_ example: inout Example) -> Expression {
    let weighted = self * example.input(shape)
    return weighted.sum(Array((shape.isPerExample ? 1 : 0)..<shape.rank))
  }
}

extension Tensor {
  /// The elements of any type in Double.
  var doubles: [Double] {
    switch storage {
    case .float32(let elements): elements.map { Double($0) }
    case .int32(let elements): elements.map { Double($0) }
    case .uint8(let elements): elements.map { Double($0) }
    }
  }
}

/// The devices of the tests; threads are started once.
enum Devices {
  static let single = Device(threads: 1)

  static let all: [Device] = InstructionSet.allCases.filter(\.isSupported).flatMap { set in
    [1, 2, 3].map { Device(threads: $0, instructionSet: set) }
  }

  /// One thread of every instruction set.
  static let instructionSets = all.filter { $0.threadCount == 1 }
}

extension Device {
  var summary: String { "\(instructionSet), \(threadCount) threads" }
}
