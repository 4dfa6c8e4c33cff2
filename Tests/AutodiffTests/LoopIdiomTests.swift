import KernelInterface
import Testing

@testable import Autodiff

/// Every idiom of the loops: found in a graph, and with the bits of the operations that it stands for.
@Suite struct LoopIdiomTests {
  @Test(arguments: LoopIdiom.all.indices)
  func anIdiomIsOneInstruction(index: Int) {
    let idiom = LoopIdiom.all[index]
    var example = Example(batch: 3, seed: index)
    let root = idiom.pattern.expression(in: &example)
    let schedule = FusionPass(graph: example.graph, roots: [root], isEnabled: true).run()
    let loops = schedule.steps.compactMap(\.loop)
    #expect(loops.count == 1)
    let terms = LoopIdiomMatcher(
      loops[0].nodes, schedule: schedule, isStored: { $0 == root.index }
    ).terms()
    #expect(terms.map(\.opcode) == [idiom.opcode])
    #expect(terms.map(\.node) == [root.index])
  }

  @Test(arguments: LoopIdiom.all.indices)
  func anIdiomHasTheBitsOfItsOperations(index: Int) {
    for seed in 0..<4 {
      var example = Example(batch: 1 + seed * 7, seed: 100 * index + seed)
      let root = LoopIdiom.all[index].pattern.expression(in: &example)
      let expected = example.run([root], fuses: false)
      for device in Devices.instructionSets {
        #expect(example.run([root], device: device) == expected, "\(device.summary)")
      }
    }
  }

  /// Adam's step is subtracted from a parameter; what is subtracted from the new mean itself, or has
  /// squares that begin with it, only looks like one.
  @Test(arguments: [StepKind.ofAdam, .fromTheMean, .fromTheSquares, .ofTheMean])
  func theInstructionsOfAStepOfAdamAreJoined(kind: StepKind) {
    var example = Example(batch: 3, seed: 1)
    let shape: Shape = [.batch, 37]
    let gradient = Expression.product(example.input([.batch, 5]), example.input([5, 37]))
    let mean = 0.9 * example.input(shape, in: 0...1) + 0.1 * gradient
    let start = kind == .ofTheMean ? mean : example.input(shape, in: 0...1)
    let squares = 0.999 * start + 0.001 * (gradient * gradient)
    let root = (squares * 1.5).squareRoot() + 1e-8
    let minuend: Expression =
      switch kind {
      case .fromTheMean: mean
      case .fromTheSquares: squares
      case .ofAdam, .ofTheMean: example.input(shape)
      }
    let weight = minuend - mean * example.input([], in: 0...1) / root
    let roots = [mean, squares, weight]
    let schedule = FusionPass(graph: example.graph, roots: roots, isEnabled: true).run()
    let step = schedule.steps.first { $0.loop != nil }!
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    defer { memory.deallocate() }
    var builder = LoopBuilder(
      schedule: schedule, step: step, batch: 3,
      memory: { node in
        // Whatever is not of the loop, and its results: each somewhere else.
        !step.loop!.nodes.contains(node) || roots.contains { $0.index == node }
          ? memory + node * 4 : nil
      },
      constant: { _ in memory })
    builder.build()
    #expect(
      builder.body.map(\.opcode) == [
        kind == .ofAdam ? .mixAndStep : .mix, .mixSquares, .subtractQuotient,
      ])
    let expected = example.run(roots, fuses: false)
    for device in Devices.instructionSets {
      #expect(example.run(roots, device: device) == expected, "\(device.summary)")
    }
  }

  enum StepKind: Sendable { case ofAdam, fromTheMean, fromTheSquares, ofTheMean }

  @Test func whatIsReadOutsideIsNoPartOfAnIdiom() {
    var example = Example(batch: 3, seed: 1)
    let (a, b) = (example.input([.batch, 5]), example.input([.batch, 5]))
    let product = b * 3
    let sum = a + product
    let schedule = FusionPass(
      graph: example.graph, roots: [sum, product], isEnabled: true
    ).run()
    let nodes = schedule.steps.compactMap(\.loop).flatMap(\.nodes)
    let stored = LoopIdiomMatcher(nodes, schedule: schedule, isStored: { $0 == product.index })
    #expect(stored.terms().map(\.opcode) == [.multiply, .add])
    #expect(
      example.run([sum, product]) == example.run([sum, product], fuses: false))
  }

  @Test func aScalarOfEachExampleIsNoScalar() {
    var example = Example(batch: 3, seed: 1)
    let (a, b) = (example.input([.batch, 5]), example.input([.batch, 5]))
    let sum = a + b * example.input([.batch, 1])
    let schedule = FusionPass(graph: example.graph, roots: [sum], isEnabled: true).run()
    let nodes = schedule.steps.compactMap(\.loop).flatMap(\.nodes)
    let terms = LoopIdiomMatcher(nodes, schedule: schedule, isStored: { $0 == sum.index }).terms()
    #expect(terms.map(\.opcode) == [.multiply, .add])
    #expect(example.run([sum]) == example.run([sum], fuses: false))
  }
}

extension LoopIdiom.Pattern {
  /// The pattern as an expression of new inputs, `[N, 37]`.
  fileprivate func expression(in example: inout Example) -> Expression {
    var operands: [Int: Expression] = [:]
    var scalars: [Int: Expression] = [:]
    return expression(in: &example, &operands, &scalars)
  }

  private func expression(
    in example: inout Example, _ operands: inout [Int: Expression],
    _ scalars: inout [Int: Expression], isByte: Bool = false
  ) -> Expression {
    switch self {
    case .operand(let place):
      let operand =
        operands[place]
        ?? (isByte
          ? example.integers([.batch, 37], in: 0...255, element: .uint8)
          : example.input([.batch, 37], in: -2...2))
      operands[place] = operand
      return operand
    case .scalar(let place):
      // One that changes from run to run, and numbers of the program.
      let scalar =
        scalars[place]
        ?? (place == 0
          ? example.input([], in: 0.1...2)
          : example.graph.fill([0, 0.999, 0.25, 1.001, 0.75][place]))
      scalars[place] = scalar
      return scalar
    case .constant(let value): return example.graph.fill(value)
    case .apply(let opcode, let arguments):
      let isByte = opcode == .floatFromByte
      let values = arguments.map {
        $0.expression(in: &example, &operands, &scalars, isByte: isByte)
      }
      return switch opcode {
      case .add: values[0] + values[1]
      case .subtract: values[0] - values[1]
      case .multiply: values[0] * values[1]
      case .divide: values[0] / values[1]
      case .squareRoot: values[0].squareRoot()
      case .rectify: values[0].rectified()
      case .sign: values[0].sign()
      case .maximum: .maximum(values[0], values[1])
      case .minimum: .minimum(values[0], values[1])
      case .greater: values[0].isGreater(than: values[1])
      case .select: .select(values[0], values[1], values[2])
      case .clamp: values[0].clamped(values[1], values[2])
      case .floatFromByte: values[0].converted(to: .float32)
      default: preconditionFailure("an idiom of \(opcode) needs a line here")
      }
    }
  }
}
