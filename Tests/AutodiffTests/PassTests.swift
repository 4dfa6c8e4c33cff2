import Testing

@testable import Autodiff

/// What the passes make of known graphs.
@Suite struct PassTests {
  private static func schedule(_ results: [Expression], fuses: Bool = true) -> Schedule {
    let graph = results[0].graph
    let roots = AccumulationPass(graph: graph).run(results)
    return FusionPass(graph: graph, roots: roots, isEnabled: fuses).run()
  }

  @Test func whatNobodyNeedsIsNotScheduled() {
    let graph = Graph()
    let x = graph.input("x", shape: [.batch, 5])
    let w = graph.variable("w", shape: [5, 3])
    let unused = Expression.product(x, w).exponential()
    let schedule = Self.schedule([x.rectified() * 2])
    let live = Set(schedule.live)
    #expect(!live.contains(unused.index))
    #expect(!live.contains(w.index))
    #expect(schedule.steps.count == 1)
  }

  @Test func anInputThatNobodyNeedsHasNoMemory() {
    let graph = Graph()
    let (x, y) = (graph.input("x", shape: [.batch, 5]), graph.input("y", shape: [.batch, 5]))
    let program = Program(results: [x + 1], capacity: 2, device: Devices.single)
    #expect(program.memory(of: x) != nil)
    #expect(program.memory(of: y) == nil)
  }

  @Test func aLayerIsOneStep() {
    let graph = Graph()
    let x = graph.input("x", shape: [.batch, 5])
    let (w, b) = (graph.variable("w", shape: [5, 3]), graph.variable("b", shape: [3]))
    let layer = (Expression.product(x, w) + b).rectified()
    let schedule = Self.schedule([layer])
    #expect(schedule.steps.count { $0.operation.isProduct(in: graph) } == 1)
    #expect(schedule.steps.last?.loop?.nodes.last == layer.index)
    #expect(schedule.steps.last?.operation.isProduct(in: graph) == true)
  }

  @Test func aReshapedVariableHasATransposeOfItsOwn() {
    let graph = Graph()
    let (x, y) = (graph.input("x", shape: [1, 2]), graph.input("y", shape: [1, 3]))
    let w = graph.variable("w", shape: [3, 2])
    let first = Expression.product(x, w, transposingRight: true)
    let second = Expression.product(y, w.reshaped(to: [2, 3]), transposingRight: true)
    let variables = Variables()
    variables["w"] = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [3, 2])
    let program = Program(
      results: [first, second], variables: variables, capacity: 1, device: Devices.single)
    program.write(Tensor([1, 10] as [Float], shape: [1, 2]), to: x)
    program.write(Tensor([1, 10, 100] as [Float], shape: [1, 3]), to: y)
    program.run(batch: 1)
    #expect(program.read(first).floats == [21, 43, 65])
    #expect(program.read(second).floats == [321, 654])
  }

  @Test func whatIsCheapIsComputedWhereItIsRead() {
    let graph = Graph()
    let x = graph.input("x", shape: [.batch, 5])
    let w = graph.variable("w", shape: [5, 5])
    let scaled = x * 2
    let bound = scaled + 1
    let schedule = Self.schedule([.minimum(.product(scaled, w), bound)])
    #expect(schedule.steps.count == 2)
    #expect(schedule.steps[0].loop?.nodes == [scaled.index])
    #expect(schedule.steps[1].loop?.nodes.contains(bound.index) == true)
  }

  @Test func weightsDoNotSpreadAnUnpoolingTwice() {
    let graph = Graph()
    let image = graph.input("x", shape: [.batch, 6, 6, 1])
    let w = graph.variable("w", shape: [3, 3, 1, 8])
    let pooled = image.convolved(with: w)
      .maxPooled(windowHeight: 2, windowWidth: 2, WindowPlacement(stride: 2))
    let loss = pooled.squared().sum([1, 2, 3])
    let schedule = Self.schedule([
      loss.gradient(withRespectTo: w, weight: 0.5 / graph.batchSize()),
      loss.gradient(withRespectTo: image),
    ])
    let unpoolings = schedule.steps.count { step in
      step.operation.map { graph.nodes[$0].operation is Unpool } ?? false
    }
    #expect(unpoolings == 1)
  }

  @Test func aPoolingAndItsPlacesAreOneStep() {
    let graph = Graph()
    let image = graph.input("x", shape: [.batch, 4, 4, 2])
    let pooled = image.maxPooled(windowHeight: 2, windowWidth: 2, WindowPlacement(stride: 2))
    let schedule = Self.schedule([pooled, pooled.sum([1, 2, 3]).gradient(withRespectTo: image)])
    #expect(schedule.steps.count { $0.companion == pooled.index } == 1)
    #expect(!schedule.steps.contains { $0.operation == pooled.index })
  }

  @Test func theSumOfGradientsIsOneChainOfProducts() {
    let graph = Graph()
    let (x, y) = (graph.input("x", shape: [.batch, 5]), graph.input("y", shape: [.batch, 3]))
    func gradient(_ scale: Float) -> Expression {
      .product(x * scale, y, transposingLeft: true)
    }
    let sum = gradient(1) + gradient(2) + gradient(3)
    let roots = AccumulationPass(graph: graph).run([sum])
    var depth = 0
    var node = roots[0]
    while node.node.operation is MatrixProduct, node.operands.count == 3 {
      depth += 1
      node = node.operands[2]
    }
    #expect(depth == 2)
    #expect(node.node.operation is MatrixProduct && node.operands.count == 2)
  }

  @Test func aProductThatIsReadTwiceIsNotAddedInPlace() {
    let graph = Graph()
    let (x, y) = (graph.input("x", shape: [.batch, 5]), graph.input("y", shape: [.batch, 3]))
    let product = Expression.product(x, y, transposingLeft: true)
    let sum = graph.variable("w", shape: [5, 3]) + product
    let roots = AccumulationPass(graph: graph).run([sum, product])
    #expect(roots == [sum, product])
  }

  @Test func unfusedProgramsRunEveryOperationByItself() {
    let graph = Graph()
    let x = graph.input("x", shape: [.batch, 5])
    let result = ((x + 1).exponential() * x).rectified()
    #expect(Self.schedule([result], fuses: false).steps.count == 4)
    #expect(Self.schedule([result]).steps.count == 1)
  }

  /// Bytes have no registers to wait in, so they must not overwrite what is still to be read.
  @Test func bytesThatAreReadAgainAreNotOverwritten() {
    var example = Example(batch: 4, seed: 1)
    let bytes = example.integers([.batch, 300], in: 0...200, element: .uint8).transposed([1, 0])
    let next = (bytes.converted(to: .float32) + 1).converted(to: .uint8)
    let again = bytes.converted(to: .int32)
    let found = example.run([next, again])
    let expected = example.reference([next, again])
    #expect(found.results[0].map(\.doubles) == expected.map(\.elements))
  }

  @Test func variablesCanExchangeTheirValues() {
    for fuses in [true, false] {
      var example = Example(batch: 1, seed: 2)
      let (a, b) = (example.variable([3], [1, 2, 3]), example.variable([3], [4, 5, 6]))
      example.update(a, to: b)
      example.update(b, to: a)
      let found = example.run([a, b, a + b], fuses: fuses, runs: 3)
      #expect(found.variables.map(\.floats) == [[4, 5, 6], [1, 2, 3]])
      #expect(found.results[0].map(\.floats) == [[1, 2, 3], [4, 5, 6], [5, 7, 9]])
    }
  }

  /// The rows of a product are finished block by block, so a variable that it reads must stay.
  @Test func aVariableThatAProductReadsIsNotOverwrittenByItsRows() {
    var example = Example(batch: 1, seed: 3)
    let (w, x) = (example.variable([100, 100]), example.input([100, 100]))
    example.update(w, to: (w - 0.1 * .product(x, w)).clamped(-1, 1))
    let found = example.run([x], runs: 1)
    let expected = example.reference(example.updates.map(\.value))[0].elements
    expectClose(found.variables[0].doubles, expected, roundings: 80, "the updated variable")
  }

  /// Likewise a variable that a loop reads row by row.
  @Test func aVariableThatALoopRepeatsIsNotOverwritten() {
    var example = Example(batch: 1, seed: 4)
    let w = example.variable([1000])
    let first = (w * 2).exponential()
    example.update(w, to: first)
    let rows = w.broadcast(to: [1, 1000]).reshaped(to: [1000]) + first
    let found = example.run([rows, first])
    let expected = example.reference([rows, first])
    expectClose(found.results[0][0].doubles, expected[0].elements, roundings: 8, "the rows")
    expectClose(found.variables[0].doubles, expected[1].elements, roundings: 8, "the variable")
  }

  @Test(arguments: 0..<60)
  func livesThatOverlapShareNoMemory(seed: Int) {
    let program = RandomProgram(seed: 3000 + seed, isExact: false)
    let capacity = program.example.batch
    for fuses in [true, false] {
      let schedule = Self.schedule(program.results, fuses: fuses)
      let roots = AccumulationPass(graph: schedule.graph).run(program.results)
      var plan = MemoryPass(
        schedule: schedule, capacity: capacity, roots: roots.map(\.index), updates: [])
      plan.run()
      expectDisjoint(plan, schedule, roots: roots, capacity: capacity)
    }
  }

  /// Follows the program step by step: nobody may read memory that holds another value by then.
  private func expectDisjoint(
    _ plan: MemoryPass, _ schedule: Schedule, roots: [Expression], capacity: Int
  ) {
    func range(_ node: Int) -> Range<Int>? {
      switch plan.locations[node] {
      case .arena(let offset):
        offset..<offset + schedule.graph.nodes[node].type.byteCount(batch: capacity)
      case .shared(let other): range(other)
      default: nil
      }
    }
    var holders: [Int: Range<Int>] = [:]
    for (position, step) in schedule.steps.enumerated() {
      let earlier = schedule.reads(of: step).map(\.node).filter {
        schedule.position[$0] ?? position < position
      }
      for read in earlier {
        #expect(holders[read] != nil, "step \(position) reads node \(read), which is gone")
      }
      let whole = schedule.reads(of: step).filter { !$0.isInPlace }.map(\.node)
      for node in step.nodes {
        guard let range = range(node), !range.isEmpty else { continue }
        let start = schedule.sumStart(of: node)
        let isOverRead = whole.contains { read in
          read != start && holders[read]?.overlaps(range) == true
        }
        #expect(!isOverRead, "node \(node) overwrites what its step reads as a whole")
        #expect(range.upperBound <= plan.byteCount)
        holders = holders.filter { !$0.value.overlaps(range) }
        holders[node] = range
      }
    }
    for root in roots {
      let node = schedule.storage(of: root.index)
      let isThere = schedule.isResident(node) || holders[node] != nil
      #expect(isThere, "the result \(root.type) is gone")
    }
  }
}

extension Schedule {
  /// The value with which a product begins.
  fileprivate func sumStart(of index: Int) -> Int? {
    let node = graph.nodes[index]
    return node.operation is MatrixProduct && node.operands.count == 3
      ? storage(of: node.operands[2]) : nil
  }
}

extension Int? {
  fileprivate func isProduct(in graph: Graph) -> Bool {
    map { graph.nodes[$0].operation is MatrixProduct } ?? false
  }
}
