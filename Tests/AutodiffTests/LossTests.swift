import Testing

@testable import Autodiff

/// Losses and their gradients beside PyTorch's (see `Golden/make_losses.py`).
@Suite struct LossTests {
  /// One case with its inputs, whose results are the losses and their gradients.
  private func check(
    _ name: String, _ build: ([String: Expression], [String: Float]) -> Expression,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let golden = try GoldenCase.named(name, in: "losses")
    var example = Example(batch: golden.results["loss"]!.shape[0], seed: 0)
    var inputs: [String: Expression] = [:]
    for name in golden.inputs.keys.sorted() {
      let array = golden.inputs[name]!
      let shape = Shape([.batch] + array.shape.dropFirst().map { Dimension($0) })
      inputs[name] = example.input(shape, array.elements)
    }
    inputs["labels"] = inputs["labels"]?.converted(to: .int32)
    let loss = build(inputs, golden.numbers.mapValues { Float($0) })
    let names = golden.results.keys.sorted()
    let results = names.map { name in
      name == "loss" ? loss : loss.gradient(withRespectTo: inputs[String(name.dropFirst())]!)
    }
    let reference = example.reference(results).map(\.elements)
    let found = example.run(results).results[0].map(\.doubles)
    for (index, name) in names.enumerated() {
      let expected = golden.results[name]!.elements
      for (found, limit) in [(reference[index], 1e-12), (found[index], 2e-6)] {
        #expect(found.count == expected.count, sourceLocation: sourceLocation)
        let error = zip(found, expected).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 0
        #expect(error < limit, "\(name): \(error)", sourceLocation: sourceLocation)
      }
    }
  }

  @Test(arguments: ["smoothed 0.125", "smoothed 0.5", "smoothed 1", "smoothed 0.125, far apart"])
  func smoothedCrossEntropy(name: String) throws {
    try check(name) { inputs, numbers in
      inputs["logits"]!.softmaxCrossEntropy(
        labels: inputs["labels"]!, smoothing: Double(numbers["smoothing"]!))
    }
  }

  @Test func crossEntropyWithProbabilities() throws {
    try check("soft") { inputs, _ in
      inputs["logits"]!.softmaxCrossEntropy(probabilities: inputs["probabilities"]!)
    }
  }

  @Test(arguments: ["log-softmax", "log-softmax, far apart"])
  func logSoftmax(name: String) throws {
    try check(name) { inputs, _ in
      (inputs["logits"]!.logSoftmax() * inputs["weights"]!).sum([1])
    }
  }

  @Test(arguments: ["divergence", "divergence, near", "divergence, far apart"])
  func divergence(name: String) throws {
    try check(name) { inputs, _ in inputs["p"]!.klDivergence(from: inputs["q"]!) }
  }

  @Test func withoutSmoothingItIsThePlainCrossEntropy() {
    let graph = Graph()
    let logits = graph.input("logits", shape: [.batch, 10])
    let labels = graph.input("labels", shape: [.batch], element: .int32)
    let plain = logits.softmaxCrossEntropy(labels: labels)
    let count = graph.nodes.count
    #expect(logits.softmaxCrossEntropy(labels: labels, smoothing: 0) == plain)
    #expect(graph.nodes.count == count)
  }

  /// Labels are probabilities of 0 and 1.
  @Test func probabilitiesOfOneClassAreItsLabel() {
    var example = Example(batch: 9, seed: 1)
    let logits = example.input([.batch, 5], in: -4...4)
    let labels = example.integers([.batch], in: 0...4)
    let difference =
      logits.softmaxCrossEntropy(probabilities: labels.oneHot(5))
      - logits.softmaxCrossEntropy(labels: labels)
    #expect(example.reference([difference])[0].elements.allSatisfy { abs($0) < 1e-14 })
  }

  /// Numbers that overflow an exponential, and rows that have much in common.
  @Test func largeLogitsGiveFiniteLosses() {
    var example = Example(batch: 4, seed: 0)
    let rows: [Double] = [
      1000, 1001, 999, -1e30, 0, 1e30, -3e38, 0, 3e30, 16_777_216, 16_777_218, 16_777_216,
    ]
    let logits = example.input([.batch, 3], rows)
    let others = example.input([.batch, 3], Array(rows.reversed()))
    let labels = example.input([.batch], [0, 1, 2, 1]).converted(to: .int32)
    let losses = [
      logits.softmaxCrossEntropy(labels: labels, smoothing: 0.1),
      logits.softmaxCrossEntropy(probabilities: others.softmax()),
      logits.klDivergence(from: others),
    ]
    let gradients = losses.map { $0.gradient(withRespectTo: logits) }
    for result in example.run(losses + gradients).results[0] {
      #expect(result.floats.allSatisfy { $0.isFinite }, "\(result.floats)")
    }
  }

  @Test func aRowHasNoDivergenceFromItself() {
    var example = Example(batch: 5, seed: 2)
    let logits = example.input([.batch, 7], in: -9...9)
    let others = example.input([.batch, 7], example.values[logits.sourceName]!)
    let divergence = logits.klDivergence(from: others)
    let results = [divergence, divergence.gradient(withRespectTo: others)]
    let found = example.run(results).results[0]
    #expect(found[0].floats.allSatisfy { $0 == 0 })
    #expect(found[1].floats.allSatisfy { abs($0) < 1e-7 })
  }
}
