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

  /// What repeats along an axis of the batch's size repeats at other places in other batches.
  @Test func whatRepeatsMayDependOnTheBatch() {
    let graph = Graph()
    let x = graph.input("x", shape: [2, .batch])
    let (row, column) = (graph.input("row", shape: [.batch]), graph.variable("column", shape: [2]))
    let results = [x + row, x * column.reshaped(to: [2, 1])]
    let variables = Variables()
    variables["column"] = Tensor([10, 100] as [Float], shape: [2])
    let program = Program(
      results: results, variables: variables, capacity: 4, device: Devices.single)
    for batch in [4, 1, 3, 4, 2] {
      let numbers = (0..<2 * batch).map { Float($0) }
      program.write(Tensor(numbers, shape: [2, batch]), to: x)
      program.write(Tensor(Array(numbers[..<batch]), shape: [batch]), to: row)
      program.run(batch: batch)
      #expect(
        program.read(results[0]).floats == numbers.indices.map { Float($0 + $0 % batch) })
      #expect(
        program.read(results[1]).floats
          == numbers.enumerated().map { $1 * ($0 < batch ? 10 : 100) })
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

  @Test(arguments: [1, 2]) func twoThingsAtOnce(threads: Int) throws {
    struct Refusal: Error {}
    let device = Device(threads: threads)
    let (number, text) = try device.sideBySide({ 1 }, { "a" })
    #expect(number == 1 && text == "a")
    #expect(throws: Refusal.self) { try device.sideBySide({ throw Refusal() }, { 1 }) }
    #expect(throws: Refusal.self) { try device.sideBySide({ 1 }, { throw Refusal() }) }
  }

  /// Products read copies of a weight, which all programs share: on several threads at once, and
  /// also when another program has changed the weight.
  @Test func copiesOfAWeightFollowIt() {
    let graph = Graph()
    let (x, y) = (graph.input("x", shape: [.batch, 512]), graph.input("y", shape: [.batch, 40]))
    let w = graph.variable("w", shape: [512, 40])
    let results = [Expression.product(x, w), .product(y, w, transposingRight: true)]
    var random = RandomSource(seed: 3)
    func numbers(_ shape: [Int]) -> Tensor {
      Tensor(random.numbers(shape.reduce(1, *), -1...1).map { Float($0) }, shape: shape)
    }
    let weight = numbers([512, 40])
    let inputs = [(x, numbers([64, 512])), (y, numbers([64, 40]))]
    func program(_ variables: Variables) -> Program {
      let program = Program(
        results: results, variables: variables, capacity: 64, device: Devices.single)
      for (input, values) in inputs { program.write(values, to: input) }
      return program
    }
    let variables = Variables()
    variables["w"] = weight
    let sharing = (0..<3).map { _ in program(variables) }
    let training = Program(
      results: [w], updates: [(w, w * 0.5)], variables: variables, capacity: 1,
      device: Devices.single)
    for _ in 0..<3 {
      Device(threads: 3).forEach(sharing.count) { sharing[$0].run(batch: 64) }
      let alone = Variables()
      alone["w"] = variables["w"]
      let expected = program(alone)
      expected.run(batch: 64)
      for program in sharing {
        #expect(results.map { program.read($0) } == results.map { expected.read($0) })
      }
      training.run(batch: 1)
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

  /// Whatever tracks are named: also when variables change, of which a product keeps panels.
  @Test(arguments: [false, true]) func tracksChangeNothing(isConstant: Bool) {
    let graph = Graph()
    let x = graph.input("x", shape: [.batch, 8, 9, 1])
    let scale = isConstant ? graph.fill(1.5) : graph.input("scale", shape: [])
    let features =
      (x.convolved(with: graph.variable("k", shape: [3, 3, 1, 32])) * scale
      + graph.variable("b", shape: [32])).rectified()
      .maxPooledOnce(windowHeight: 2, windowWidth: 2, WindowPlacement(stride: 2))
    let result = Expression.product(
      features.flattened(), graph.variable("w", shape: [288, 40]))
    // Rows that are places of examples.
    let places = Expression.product(
      features.reshaped(to: [Dimension(multiple: 9, isBatch: true), 32]),
      graph.variable("p", shape: [32, 40]))
    let deep = Expression.product(
      Expression.product(result, graph.variable("v", shape: [40, 600])).rectified(),
      graph.variable("u", shape: [600, 40]))
    var random = RandomSource(seed: 3)
    let variables = Variables()
    func set(_ name: String, _ shape: [Int]) {
      variables[name] = Tensor(
        random.numbers(shape.reduce(1, *), -1...1).map { Float($0) }, shape: shape)
    }
    set("k", [3, 3, 1, 32])
    set("b", [32])
    set("w", [288, 40])
    set("p", [32, 40])
    set("v", [40, 600])
    set("u", [600, 40])
    let programs = [true, false].map {
      Program(
        results: [result, deep, places], variables: variables, capacity: 70,
        device: Devices.single, followsRows: $0)
    }
    let plain = Program(
      results: [result, deep, places], variables: variables, capacity: 70,
      device: Devices.single, fuses: false)
    var pixels = random.numbers(70 * 72, -1...1).map { Float($0) }
    for round in 0..<8 {
      let batch = [70, 70, 3, 66, 70, 66, 1, 70][round]
      let tracks = (0..<batch).map { (70 - $0 + round / 3) % 70 }
      let found = (programs + [plain]).map { program in
        program.write(Tensor(pixels, shape: [70, 8, 9, 1]), to: x)
        if !isConstant {
          program.write(Float(1 + round % 3), to: scale)
        }
        program.run(batch: batch, tracks: tracks)
        program.keep(rows: Array(stride(from: round % 2, to: batch, by: 3)))
        return [result, deep, places].map { program.read($0) }
      }
      #expect(found[0] == found[2] && found[1] == found[2], "round \(round)")
      for place in stride(from: round, to: pixels.count, by: 50) { pixels[place] += 0.5 }
      if round == 3 { set("b", [32]) }
      if round == 4 { set("u", [600, 40]) }
    }
  }
}
