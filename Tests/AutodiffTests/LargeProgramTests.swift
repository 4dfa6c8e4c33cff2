import Testing

@testable import Autodiff

/// Programs whose work is cut into many tasks: the threads change no bit.
@Suite struct LargeProgramTests {
  /// Random numbers made by the program itself, in -1 ..< 1.
  private static func numbers(_ graph: Graph, _ name: String, _ shape: [Int]) -> Expression {
    let rows = graph.iota(shape: [Dimension(shape[0])], axis: 0)
    let key = graph.iota(shape: [2], axis: 0)
    return graph.randomUniform(name, key: key, examples: rows, shape: Array(shape.dropFirst()))
      * 2 - 1
  }

  private static func bytes(
    _ results: [Expression], device: Device, fuses: Bool = true
  ) -> [[UInt8]] {
    let program = Program(results: results, capacity: 1, device: device, fuses: fuses)
    program.run(batch: 1)
    return results.map { program.withMemory(of: $0) { Array($0) } }
  }

  private static func expectSameBytes(_ results: [Expression]) {
    let expected = bytes(results, device: Devices.single, fuses: false)
    for device in Devices.all {
      let found = bytes(results, device: device)
      if found == expected { continue }
      let counts = zip(found, expected).map { found, expected in
        let places = found.indices.filter { found[$0] != expected[$0] }
        return "\(places.count) from \(places.first ?? 0) to \(places.last ?? 0)"
      }
      Issue.record("\(device.summary): bytes differ: \(counts)")
    }
  }

  @Test func loopsAndReductions() {
    let graph = Graph()
    let x = Self.numbers(graph, "x", [301, 257])
    let row = Self.numbers(graph, "row", [257])
    let column = Self.numbers(graph, "column", [301, 1])
    let y = ((x * row + column).exponential() - x).absolute().squareRoot()
    Self.expectSameBytes([
      y, y.sum([0]), y.sum([1]), y.sum([0, 1]), y.softmax(), y.transposed([1, 0]) + 1,
    ])
  }

  @Test func indices() {
    let graph = Graph()
    let x = Self.numbers(graph, "x", [301, 257])
    let places = (Self.numbers(graph, "places", [301]) * 301).converted(to: .int32)
    Self.expectSameBytes([
      x.topIndices(3), x.top(5), x.gather(places), places.oneHot(257),
      x.softmaxCrossEntropy(labels: places),
      x.gather(places).sum([0, 1]).gradient(withRespectTo: x),
      Expression.concatenate([x, x * 2], axis: 1),
    ])
  }

  @Test func productsWithTheirLoops() {
    let graph = Graph()
    let (x, w) = (Self.numbers(graph, "x", [203, 130]), Self.numbers(graph, "w", [130, 150]))
    let b = Self.numbers(graph, "b", [150])
    let hidden = (Expression.product(x, w) + b).rectified()
    let loss = hidden.squared().sum([0, 1])
    let gradients = loss.gradients(withRespectTo: [x, w, b])
    Self.expectSameBytes([hidden] + gradients + [w - 0.1 * gradients[1], gradients[0].sign()])
  }

  @Test func convolutionsWithTheirLoops() {
    let graph = Graph()
    let (x, w) = (
      Self.numbers(graph, "x", [5, 28, 28, 4]), Self.numbers(graph, "w", [3, 3, 4, 16])
    )
    let b = Self.numbers(graph, "b", [16])
    let hidden = (x.convolved(with: w, WindowPlacement(padding: 1)) + b).rectified()
    let pooled = hidden.maxPooled(windowHeight: 2, windowWidth: 2, WindowPlacement(stride: 2))
    let gradients = pooled.squared().sum([0, 1, 2, 3]).gradients(withRespectTo: [x, w, b])
    Self.expectSameBytes([pooled] + gradients)
  }

  /// Callers in several threads take turns on the threads of one device.
  @Test func programsThatRunAtOnceOnOneDevice() async {
    let device = Device(threads: 3)
    @Sendable func results(_ name: String) -> [[UInt8]] {
      let graph = Graph()
      let x = Self.numbers(graph, name, [2000, 100])
      return Self.bytes([x.sum([0]), x.exponential().sum([1])], device: device)
    }
    let names = ["a", "b", "c", "d"]
    let expected = names.map { results($0) }
    for _ in 0..<5 {
      let found = await withTaskGroup(of: (Int, [[UInt8]]).self) { group in
        for (index, name) in names.enumerated() { group.addTask { (index, results(name)) } }
        return await group.reduce(into: [Int: [[UInt8]]]()) { $0[$1.0] = $1.1 }
      }
      for index in names.indices {
        let isSame = found[index] == expected[index]
        #expect(isSame)
      }
    }
  }

  /// 65 images are cut into 33 tasks of two, 64 into 64 of one, each with its own scratch memory.
  @Test func aSmallerBatchMayNeedMoreScratchMemory() {
    let graph = Graph()
    let output = graph.input("output", shape: [.batch, 28, 28, 8])
    let image: Shape = [.batch, 28, 28, 8]
    let gradient = graph.apply(
      ConvolutionInputGradient(placement: WindowPlacement(padding: 1), shape: image),
      to: [output, graph.variable("w", shape: [3, 3, 8, 8])])
    let variables = Variables()
    variables["w"] = Tensor(Array(repeating: 0.5, count: 9 * 64), shape: [3, 3, 8, 8])
    func bytes(capacity: Int) -> [UInt8] {
      let program = Program(
        results: [gradient], variables: variables, capacity: capacity, device: Devices.single)
      let memory = program.memory(of: output)!.bindMemory(to: Float.self)
      for place in memory.indices { memory[place] = Float(place & 1023) }
      program.run(batch: capacity)
      program.run(batch: 64)
      return program.withMemory(of: gradient) { Array($0) }
    }
    let isSame = bytes(capacity: 65) == bytes(capacity: 64)
    #expect(isSame)
  }
}
