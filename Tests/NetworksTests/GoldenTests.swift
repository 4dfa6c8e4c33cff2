import Autodiff
import Configurations
import Networks
import Testing

/// Optimizers, schedules, clipping and averages beside PyTorch's.
@Suite struct GoldenTests {
  @Test(arguments: GoldenFile.shared.optimizers)
  func anOptimizerStepsAsPyTorch(golden: GoldenFile.OptimizerRun) throws {
    let optimizer = try OptimizerTests.optimizer(golden.type, golden.settings)
    let run = SmallProgram(golden.first) { optimizer.updates($0) }
    for step in golden.factors.indices {
      let scalars = optimizer.scalars(step: step + 1, rateFactor: golden.factors[step])
      run.step(golden.gradients[step], scalars)
      for (index, expected) in golden.after[step].enumerated() {
        expectNear(run.variables["p\(index)"].floats, expected, "step \(step + 1)")
      }
    }
  }

  @Test(arguments: GoldenFile.shared.schedules)
  func aScheduleGoesAsPyTorchs(golden: GoldenFile.Schedule) throws {
    let schedule = try LearningRateScheduleTests.schedule(golden.configuration)
    for (index, expected) in golden.factors.enumerated() {
      let found = schedule.factor(step: index + 1, of: golden.factors.count)
      #expect(abs(found - expected) < 1e-12, "step \(index + 1): \(found), \(expected)")
    }
  }

  @Test(arguments: GoldenFile.shared.clippings)
  func gradientsAreClippedAsPyTorchs(golden: GoldenFile.Clipping) {
    let graph = Graph()
    let shapes = golden.gradients.map { $0.count == 6 ? [2, 3] : [$0.count] }
    let gradients = shapes.enumerated().map { index, shape in
      graph.variable("g\(index)", shape: shape)
    }
    let variables = Variables()
    for (index, elements) in golden.gradients.enumerated() {
      variables["g\(index)"] = Tensor(elements.map { Float($0) }, shape: shapes[index])
    }
    let clipped = gradients.clippedByNorm(golden.limit)
    let program = Program(
      results: clipped + [gradients.norm()], variables: variables, capacity: 1,
      device: Device(threads: 1))
    program.run(batch: 1)
    for (found, expected) in zip(clipped, golden.clipped) {
      expectNear(program.read(found).floats, expected, "clipped")
    }
    expectNear(program.read(gradients.norm()).floats, [golden.norm], "norm")
  }

  @Test(arguments: GoldenFile.shared.averages)
  func weightsAreAveragedAsPyTorchs(golden: GoldenFile.Average) throws {
    let settings = #"{"learningRate": \#(golden.rate), "momentum": 0}"#
    let optimizer = try OptimizerTests.optimizer("sgd", settings)
    let average = ExponentialMovingAverage(decay: golden.decay)
    let run = SmallProgram([golden.first]) { gradients in
      let updates = optimizer.updates(gradients)
      return updates + average.updates(of: gradients.map { $0.parameter }, after: updates)
    }
    average.begin(["p0"], in: run.variables)
    for (step, gradient) in golden.gradients.enumerated() {
      run.step([gradient], optimizer.scalars(step: step + 1, rateFactor: 1))
      expectNear(run.variables["ema.p0"].floats, golden.averages[step], "step \(step + 1)")
    }
  }

  /// An average that no step has moved is the initial weights, and one of decay 0 the last weights.
  @Test func anAverageBeginsAsTheWeights() throws {
    let optimizer = try OptimizerTests.optimizer("adam", "{}")
    let average = ExponentialMovingAverage(decay: 0)
    let run = SmallProgram([[1, 2], [3]]) { gradients in
      let updates = optimizer.updates(gradients)
      return updates + average.updates(of: gradients.map { $0.parameter }, after: updates)
    }
    average.begin(["p0", "p1"], in: run.variables)
    #expect(run.variables["ema.p0"].floats == [1, 2] && run.variables["ema.p1"].floats == [3])
    run.step([[1, -1], [0.5]], optimizer.scalars(step: 1, rateFactor: 1))
    for (name, first) in [("p0", [1, 2]), ("p1", [3])] as [(String, [Float])] {
      #expect(run.variables["ema.\(name)"].floats == run.variables[name].floats)
      #expect(run.variables[name].floats != first)
    }
  }

  /// Clipped gradients, an optimizer's step and averages of a real layer: the compiler's joining of
  /// operations changes no bit.
  @Test(arguments: OptimizerCatalog.all.map { $0.type })
  func joinedOperationsHaveTheBitsOfSingleOnes(type: String) throws {
    let settings = #"{"learningRate": 0.1, "weightDecay": 0.125}"#
    let optimizer = try OptimizerTests.optimizer(type, settings)
    let average = ExponentialMovingAverage(decay: 0.75)
    let outcomes = [true, false].map { fuses in
      let (graph, variables) = (Graph(), Variables())
      let (x, labels) = (
        graph.input("x", shape: [.batch, 9]),
        graph.input("labels", shape: [.batch], element: .int32)
      )
      let parameters = [graph.variable("w", shape: [9, 4]), graph.variable("b", shape: [4])]
      let loss = (Expression.product(x, parameters[0]) + parameters[1])
        .softmaxCrossEntropy(labels: labels, smoothing: 0.1)
      let gradients = loss.gradients(withRespectTo: parameters, weight: 1 / graph.batchSize())
        .clippedByNorm(0.25)
      let updates = optimizer.updates(
        zip(parameters, gradients).map { (parameter: $0, gradient: $1) })
      let program = Program(
        results: [loss], updates: updates + average.updates(of: parameters, after: updates),
        variables: variables, capacity: 6, device: Device(threads: 2), fuses: fuses)
      let key = RandomKey(seed: 4)
      variables["w"] = Tensor((0..<36).map { key.uniform(row: 0, index: $0) }, shape: [9, 4])
      average.begin(["w", "b"], in: variables)
      program.write(
        Tensor((0..<54).map { key.uniform(row: 1, index: $0) }, shape: [6, 9]), to: x)
      program.write(Tensor([0, 1, 2, 3, 1, 2] as [Int32], shape: [6]), to: labels)
      for step in 1...4 {
        for (name, value) in optimizer.scalars(step: step, rateFactor: 1) {
          program.write(value, to: graph.input(name, shape: []))
        }
        program.run(batch: 6)
      }
      return variables.names.map { variables[$0] }
    }
    #expect(outcomes[0] == outcomes[1])
  }

  /// Within a few roundings of a float32 number.
  private func expectNear(_ found: [Float], _ expected: [Double], _ comment: String) {
    #expect(found.count == expected.count)
    for (found, expected) in zip(found, expected) {
      #expect(
        abs(Double(found) - expected) < 1e-6 * max(1, abs(expected)),
        "\(comment): \(found), \(expected)")
    }
  }
}

/// Parameters `p0`, `p1`, … that follow gradients which a test writes.
struct SmallProgram {
  let variables = Variables()
  private let graph = Graph()
  private let gradients: [Expression]
  private let program: Program

  init(
    _ first: [[Double]],
    updates: ([(parameter: Expression, gradient: Expression)]) -> [Program.Update]
  ) {
    var pairs: [(parameter: Expression, gradient: Expression)] = []
    for (index, elements) in first.enumerated() {
      variables["p\(index)"] = Tensor(elements.map { Float($0) }, shape: [elements.count])
      pairs.append(
        (
          graph.variable("p\(index)", shape: [elements.count]),
          graph.input("g\(index)", shape: Shape([elements.count]))
        ))
    }
    gradients = pairs.map { $0.gradient }
    program = Program(
      results: [], updates: updates(pairs), variables: variables, capacity: 1,
      device: Device(threads: 1))
  }

  func step(_ values: [[Double]], _ scalars: [String: Float]) {
    for (gradient, value) in zip(gradients, values) {
      program.write(Tensor(value.map { Float($0) }, shape: [value.count]), to: gradient)
    }
    for (name, value) in scalars {
      program.write(value, to: graph.input(name, shape: []))
    }
    program.run(batch: 1)
  }
}
