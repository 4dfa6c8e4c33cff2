import Testing

@testable import Autodiff

/// A programmer's mistake ends in a message that names the operation and the shapes.
@Suite struct ShapeRuleTests {
  private static func message(
    _ result: ExitTest.Result?
  ) -> String {
    String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
  }

  @Test func productsMustAgreeInside() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let graph = Graph()
      _ = Expression.product(
        graph.input("x", shape: [.batch, 5]), graph.variable("w", shape: [6, 3]))
    }
    #expect(Self.message(result).contains("matrix product: the inner extents must agree"))
    #expect(Self.message(result).contains("float32[N, 5] and float32[6, 3]"))
  }

  @Test func shapesMustBroadcast() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let graph = Graph()
      _ = graph.input("x", shape: [.batch, 5]) + graph.variable("b", shape: [4])
    }
    #expect(Self.message(result).contains("add: the shapes [N, 5] and [4] do not broadcast"))
  }

  @Test func convolutionChannelsMustAgree() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let graph = Graph()
      _ = graph.input("x", shape: [.batch, 8, 8, 3])
        .convolved(with: graph.variable("w", shape: [3, 3, 1, 4]))
    }
    #expect(Self.message(result).contains("convolution: the channels must agree"))
    #expect(Self.message(result).contains("float32[N, 8, 8, 3] and float32[3, 3, 1, 4]"))
  }

  @Test func labelsMustBeIntegers() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let graph = Graph()
      _ = graph.input("logits", shape: [.batch, 3])
        .softmaxCrossEntropy(labels: graph.input("labels", shape: [.batch]))
    }
    #expect(Self.message(result).contains("softmax cross-entropy: "))
    #expect(Self.message(result).contains("float32[N, 3] and float32[N]"))
  }

  @Test func reshapingKeepsTheElements() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Graph().input("x", shape: [.batch, 6]).reshaped(to: [.batch, 5])
    }
    #expect(Self.message(result).contains("reshape: the elements must fill [N, 5]"))
    #expect(Self.message(result).contains("float32[N, 6]"))
  }

  @Test func gradientsAreOfNumbersPerExample() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let x = Graph().input("x", shape: [.batch, 6])
      _ = x.gradient(withRespectTo: x)
    }
    #expect(Self.message(result).contains("gradients: the expression must be a scalar"))
    #expect(Self.message(result).contains("float32[N, 6]"))
  }

  @Test func graphsDoNotMix() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Graph().fill(1, shape: [2]) * 2 + Graph().variable("w", shape: [2])
    }
    #expect(Self.message(result).contains("Graph: an operand belongs to another graph"))
  }

  @Test func aBatchMustFitTheCapacity() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let x = Graph().input("x", shape: [.batch])
      Program(results: [x + 1], capacity: 3, device: Device(threads: 1)).run(batch: 4)
    }
    #expect(Self.message(result).contains("Program: a batch of 4 exceeds 3"))
  }
}
