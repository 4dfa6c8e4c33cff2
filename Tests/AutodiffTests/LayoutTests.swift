import Kernels
import Testing

@testable import Autodiff

/// Weights that a program only multiplies by and updates lie in panels, which changes no bit.
@Suite struct LayoutTests {
  /// A step on a layer `[40, 96]` with momentum, and what else a case does with the weights.
  private struct Step {
    let graph = Graph()
    let x: Expression
    let w: Expression
    let m: Expression
    let product: Expression
    let gradient: Expression
    let momentum: Expression

    init() {
      x = graph.input("x", shape: [.batch, 40])
      w = graph.variable("w", shape: [40, 96])
      m = graph.variable("m", shape: [40, 96])
      product = Expression.product(x, w)
      // Two passes, whose gradients are accumulated.
      let second = Expression.product(x + 1, w)
      gradient = ((product * product).sum([0, 1]) + (second * product).sum([0, 1]))
        .gradient(withRespectTo: w)
      momentum = 0.9 * m + gradient
    }

    var updates: [Program.Update] { [(w, w - 0.01 * momentum), (m, momentum)] }
  }

  private static func variables() -> Variables {
    let variables = Variables()
    for name in ["w", "m"] {
      let key = RandomKey(seed: 3).folding(name)
      variables[name] = Tensor(
        (0..<40 * 96).map { key.uniform(row: 0, index: $0) - 0.5 }, shape: [40, 96])
    }
    return variables
  }

  private static func write(_ program: Program, _ step: Step, batch: Int) {
    let key = RandomKey(seed: 4)
    program.write(
      Tensor(
        (0..<batch * 40).map { index in
          let value = key.uniform(row: 0, index: index)
          return value < 0.5 ? 0 : value
        }, shape: [batch, 40]), to: step.x)
  }

  /// The layouts of the weights and of their momentum once the program is made.
  private static func layouts(
    _ results: (Step) -> [Expression], _ updates: (Step) -> [Program.Update] = { $0.updates },
    settledFirst: Bool = false
  ) -> [MatrixLayout?] {
    let step = Step()
    let variables = variables()
    if settledFirst {
      _ = Program(
        results: [step.product + step.m.sum([0, 1])], variables: variables, capacity: 2,
        device: Devices.single)
    }
    _ = Program(
      results: results(step), updates: updates(step), variables: variables, capacity: 4,
      device: Devices.single)
    return ["w", "m"].map { variables.layout(of: $0) }
  }

  @Test func theFirstProgramThatUpdatesAWeightLaysItOutInPanels() {
    #expect(Self.layouts { [$0.product.sum([0, 1])] } == [.panels, .panels])
    #expect(Self.layouts({ [$0.product.sum([0, 1])] }, { _ in [] }) == [.rows, nil])
    #expect(Self.layouts({ [$0.product.sum([0, 1])] }, settledFirst: true) == [.rows, .rows])
  }

  @Test func aWeightThatIsReadOtherwiseStaysRowByRow() {
    // The sums need the order of the rows, the gradients are what the caller reads, and a row is
    // added to each.
    #expect(Self.layouts { [$0.w.sum([0, 1])] } == [.rows, .rows])
    #expect(Self.layouts { [$0.gradient] } == [.rows, .rows])
    #expect(
      Self.layouts(
        { [$0.product.sum([0, 1])] }, { [($0.w, $0.w - $0.gradient * $0.gradient.sum([0, 1]))] })
        == [.rows, nil])
    #expect(
      Self.layouts(
        { [$0.product.sum([0, 1])] },
        { step in
          [(step.w, step.w - step.gradient + step.graph.variable("b", shape: [96]))]
        }) == [.rows, nil])
    // A left factor; what is computed with it place by place follows.
    #expect(
      Self.layouts { [Expression.product($0.m, $0.product, transposingRight: true)] }
        == [.rows, .rows])
  }

  /// A value that one step reads both as a factor and place by place lies row by row, and so does
  /// the variable that is updated with it.
  @Test func aFactorThatIsAddedTooIsReadRightly() {
    let graph = Graph()
    let x = graph.input("x", shape: [.batch, 64])
    let w = graph.variable("w", shape: [64, 64])
    let square = Expression.product(x, x, transposingLeft: true)
    let other = Expression.product(x + 1, x, transposingLeft: true)
    let next = w - (Expression.product(square, other) + square)
    func run(results: [Expression], updates: [(Expression, Expression)]) -> (Program, Variables) {
      let variables = Variables()
      variables["w"] = Tensor([Float](repeating: 1, count: 64 * 64), shape: [64, 64])
      let program = Program(
        results: results, updates: updates, variables: variables, capacity: 2,
        device: Devices.single)
      program.write(Tensor((0..<128).map { Float($0 % 11) / 8 }, shape: [2, 64]), to: x)
      program.run(batch: 2)
      return (program, variables)
    }
    let (plain, _) = run(results: [next], updates: [])
    let (_, updated) = run(
      results: [Expression.product(x, w).sum([0, 1])], updates: [(w, next)])
    #expect(updated.layout(of: "w") == .rows)
    #expect(updated["w"] == plain.read(next))
  }

  /// Three steps by two programs, of which the second needs gradients row by row, and after each
  /// what a third one reads, as do the variables' readers.
  ///
  /// - Parameter settlesFirst: whether a reader is made first, which leaves the weights row by row.
  private static func values(batch: Int, device: Device, settlesFirst: Bool) -> [Tensor] {
    let step = Step()
    let variables = variables()
    let read = [step.product, step.w + 1, step.w, step.w.sum([0])]
    func program(_ results: [Expression], _ updates: [Program.Update] = []) -> Program {
      let program = Program(
        results: results, updates: updates, variables: variables, capacity: batch, device: device)
      write(program, step, batch: batch)
      return program
    }
    if settlesFirst { _ = program(read + [step.m]) }
    let first = program([step.product.sum([0, 1])], step.updates)
    let second = program([step.gradient], step.updates)
    let reader = program(read)
    for name in ["w", "m"] {
      #expect(variables.layout(of: name) == (settlesFirst ? .rows : .panels))
    }
    var values: [Tensor] = []
    for updating in [first, second, first] {
      updating.run(batch: batch)
      reader.run(batch: batch)
      values += [variables["w"], variables["m"]] + read.map { reader.read($0) }
    }
    values.append(second.read(step.gradient))
    // Set again, a value is laid out as the one before.
    variables["w"] = values[0]
    reader.run(batch: batch)
    values += [variables["w"], reader.read(step.w + 1)]
    #expect(variables["w"] == values[0])
    return values
  }

  @Test(arguments: [3, 8, 40]) func theLayoutChangesNoBit(batch: Int) {
    for device in Devices.all {
      let found = [true, false].map {
        Self.values(batch: batch, device: device, settlesFirst: $0)
      }
      #expect(found[0] == found[1], "\(device.summary)")
    }
  }
}
