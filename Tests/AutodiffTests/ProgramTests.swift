import Testing

@testable import Autodiff

/// What a program promises to its caller.
@Suite struct ProgramTests {
  @Test func batchSizesInAnyOrderGiveTheSame() {
    let graph = Graph()
    let x = graph.input("x", shape: [.batch, 3])
    let results = [x.exponential() / graph.batchSize(), x.sum([0])]
    let program = Program(results: results, capacity: 8, device: Devices.single)
    var random = RandomSource(seed: 1)
    let elements = random.numbers(24, -1...1).map { Float($0) }
    program.write(Tensor(elements, shape: [8, 3]), to: x)
    func run(_ batch: Int) -> [Tensor] {
      program.run(batch: batch)
      return results.map { program.read($0) }
    }
    let first = (1...8).map { run($0) }
    for batch in [8, 1, 5, 5, 2, 8, 3] {
      #expect(run(batch) == first[batch - 1])
      #expect(run(batch)[0].shape == [batch, 3])
    }
  }

  @Test func programsShareVariables() {
    let graph = Graph()
    let (x, w) = (graph.input("x", shape: [.batch]), graph.variable("w", shape: []))
    let variables = Variables()
    variables["w"] = Tensor([3] as [Float], shape: [])
    let training = Program(
      results: [w], updates: [(w, w + 1)], variables: variables, capacity: 1,
      device: Devices.single)
    let evaluation = Program(
      results: [x * w], variables: variables, capacity: 2, device: Devices.single)
    evaluation.write(Tensor([1, 10] as [Float], shape: [2]), to: x)
    for step in 0..<3 {
      evaluation.run(batch: 2)
      #expect(evaluation.read(x * w).floats == [3 + Float(step), 30 + 10 * Float(step)])
      training.run(batch: 1)
      #expect(training.read(w).floats == [3 + Float(step)])
      #expect(variables["w"].floats == [4 + Float(step)])
    }
  }

  /// Inputs, variables, constants and other names of the same memory can be results.
  @Test func anyExpressionCanBeAResult() {
    var example = Example(batch: 3, seed: 5)
    let (x, w) = (example.input([.batch, 4]), example.variable([4]))
    let bytes = example.integers([.batch], in: 0...255, element: .uint8)
    let graph = example.graph
    let results = [
      x, x, w, bytes, x.reshaped(to: [.batch, 2, 2]), w.stopGradient(),
      x.flattened().stopGradient(),
      graph.fill(2, shape: [.batch]), graph.fill(2).stopGradient(), w.broadcast(to: x.shape),
      w.broadcast(to: x.shape).reshaped(to: [.batch, 2, 2]), w.broadcast(to: x.shape) + x,
      graph.batchSize(), graph.iota(shape: [.batch], axis: 0), x + 0, x * 1,
    ]
    for fuses in [true, false] {
      let found = example.run(results, fuses: fuses).results[0]
      for (found, expected) in zip(found, example.reference(results)) {
        #expect(found.shape == expected.shape)
        expectClose(found.doubles, expected.elements, roundings: 1, "fused \(fuses)")
      }
    }
  }

  @Test func memoryIsReused() {
    let graph = Graph()
    var value = graph.input("x", shape: [.batch, 64])
    for _ in 0..<20 { value = .product(value, graph.variable("w", shape: [64, 64])).rectified() }
    let program = Program(results: [value], capacity: 100, device: Devices.single)
    #expect(program.arenaByteCount <= 2 * 100 * 64 * 4)
  }

  @Test func anUpdateNeedsNoMemoryOfItsOwn() {
    let graph = Graph()
    let (w, m) = (graph.variable("w", shape: [100]), graph.variable("m", shape: [100]))
    let next = (m * 0.9 + graph.input("g", shape: [100])).clamped(-1, 1)
    let program = Program(
      results: [], updates: [(m, next), (w, w - 0.01 * next)], capacity: 1, device: Devices.single)
    #expect(program.arenaByteCount == 0)
    #expect(program.schedule.steps.count == 1)
  }
}
