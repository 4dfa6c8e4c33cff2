import Testing

@testable import Autodiff

/// Differentiation as a transformation of graphs: weights, constants, and what is shared.
@Suite struct DifferentiationTests {
  /// A loss per example whose examples meet in some way, and the parameters.
  enum Mixing: CaseIterable {
    case none, convolution, batchMean, batchNormalisation, gathered, transposed, doubled, flattened
  }

  static func loss(
    _ mixing: Mixing, _ example: inout Example
  ) -> (loss: Expression, parameters: [Expression], inputs: [Expression]) {
    let (w, b, v) = (
      example.variable([5, 4]), example.variable([4]), example.variable([4, 3])
    )
    let x = example.input([.batch, 5])
    let labels = example.integers([.batch], in: 0...2)
    var hidden = Expression.product(x, w.squared()) + b
    var parameters = [w, b, v]
    switch mixing {
    case .none: break
    case .convolution:
      let kernel = example.variable([2, 2, 1, 4])
      hidden = hidden.reshaped(to: [.batch, 2, 2, 1]).convolved(with: kernel).reshaped(
        to: [.batch, 4])
      parameters.append(kernel)
    case .batchMean: hidden = hidden - hidden.mean([0])
    case .batchNormalisation:
      let centred = hidden - hidden.mean([0])
      hidden = centred / (centred.squared().mean([0]) + 0.1).squareRoot()
    case .gathered:
      hidden = hidden + hidden.gather(example.integers([.batch], in: 0...example.batch - 1))
    case .transposed:
      hidden =
        Expression.product(v, x.slice(axis: 1, from: 0, count: 3), transposingRight: true)
        .transposed([1, 0]) * b + hidden
    case .doubled:
      let both = Expression.concatenate([hidden, hidden * b], axis: 0)
      hidden = both.exponential().slice(axis: 0, from: .batch, count: .batch)
    case .flattened:
      let scale = example.variable([1])
      hidden = (hidden.reshaped(to: Shape([hidden.shape.elementCount])) * scale)
        .reshaped(to: hidden.shape)
      parameters.append(scale)
    }
    let loss = Expression.product(hidden, v).softmaxCrossEntropy(labels: labels)
    return (loss, parameters, [x])
  }

  @Test(arguments: Mixing.allCases)
  func weightsAreThoseOfTheWeightedSum(mixing: Mixing) {
    for batch in [1, 4] {
      var example = Example(batch: batch, seed: 7)
      let (loss, parameters, _) = Self.loss(mixing, &example)
      let scalar = example.input([])
      let each = example.input([.batch])
      for weight in [scalar, each, scalar / example.graph.batchSize(), each * scalar] {
        let found = loss.gradients(withRespectTo: parameters, weight: weight)
        let expected = (loss * weight).sum([0]).gradients(withRespectTo: parameters)
        for (found, expected) in zip(example.reference(found), example.reference(expected)) {
          expectNear(found.elements, expected.elements, "\(mixing), weight \(weight.shape)")
        }
      }
    }
  }

  @Test func aWeightedScalarIsTheScaledGradient() {
    var example = Example(batch: 3, seed: 8)
    let (loss, parameters, inputs) = Self.loss(.none, &example)
    let weight = example.input([])
    let found = loss.mean([0]).gradients(withRespectTo: parameters + inputs, weight: weight)
    let expected = (loss.mean([0]) * weight).gradients(withRespectTo: parameters + inputs)
    for (found, expected) in zip(example.reference(found), example.reference(expected)) {
      expectNear(found.elements, expected.elements, "a weighted scalar")
    }
  }

  /// The gradients of single examples carry no weight: they are the nodes an attack has made.
  @Test func inputGradientsAreSharedWhateverTheWeights() {
    var example = Example(batch: 3, seed: 9)
    let (loss, parameters, inputs) = Self.loss(.none, &example)
    let attack = loss.gradient(withRespectTo: inputs[0])
    for weight in [example.input([]), example.input([.batch]), example.graph.fill(0)] {
      let all = loss.gradients(withRespectTo: inputs + parameters, weight: weight)
      #expect(all[0] == attack)
    }
  }

  @Test func theSameExpressionIsTheSameNode() {
    let graph = Graph()
    let (x, w) = (graph.input("x", shape: [.batch, 5]), graph.variable("w", shape: [5, 3]))
    func loss() -> Expression { (Expression.product(x, w).rectified() * 2).sum([1]) }
    let first = loss().gradients(withRespectTo: [x, w])
    let count = graph.nodes.count
    #expect(loss().gradients(withRespectTo: [x, w]) == first)
    #expect(graph.nodes.count == count)
    #expect(graph.input("x", shape: [.batch, 5]) == x)
    #expect(graph.fill(0) != graph.fill(-0.0))
    #expect(graph.fill(.nan) == graph.fill(.nan))
    #expect(x + w.sum([1]).sum([0]) != x - w.sum([1]).sum([0]))
    #expect(x.isGreater(than: x) != x.isEqual(to: x))
  }

  @Test func constantsPassNoGradient() {
    let graph = Graph()
    let (x, y) = (graph.input("x", shape: [.batch]), graph.variable("y", shape: []))
    let zeros = graph.fill(0, shape: [.batch])
    #expect((x * 2).stopGradient().gradient(withRespectTo: x) == zeros)
    #expect((x * x.stopGradient()).gradient(withRespectTo: x) == x.stopGradient())
    #expect(x.gradients(withRespectTo: [x, y]) == [graph.fill(1, shape: [.batch]), graph.fill(0)])
    #expect(x.isGreater(than: y).gradient(withRespectTo: x) == zeros)
    #expect(x.sign().gradient(withRespectTo: y) == graph.fill(0))
    #expect(x.converted(to: .int32).converted(to: .float32).gradient(withRespectTo: x) == zeros)
  }

  @Test func aTargetMayDependOnAnotherTarget() {
    var example = Example(batch: 3, seed: 10)
    let x = example.input([.batch])
    let y = x.exponential()
    let gradients = (y * y).gradients(withRespectTo: [x, y])
    let found = example.reference(gradients + [2 * y * y, 2 * y])
    expectNear(found[0].elements, found[2].elements, "the whole derivative")
    expectNear(found[1].elements, found[3].elements, "the inner derivative")
  }

  /// The conventions at kinks and ties.
  @Test func derivativesAtKinks() {
    var example = Example(batch: 3, seed: 11)
    let x = example.input([.batch], [-1, 0, 1])
    let zero = example.input([.batch], [0, 0, 0])
    func slope(_ loss: Expression, _ target: Expression? = nil) -> [Double] {
      example.reference([loss.gradient(withRespectTo: target ?? x)])[0].elements
    }
    #expect(slope(x.rectified()) == [0, 0, 1])
    #expect(slope(x.absolute()) == [-1, 0, 1])
    #expect(slope(.maximum(x, zero)) == [0, 1, 1])
    #expect(slope(.maximum(x, zero), zero) == [1, 0, 0])
    #expect(slope(.minimum(x, zero)) == [1, 1, 0])
    #expect(slope(x.clamped(zero, zero + 1)) == [0, 1, 1])
    let rows = example.input([.batch, 4], [1, 3, 3, 2, 0, 0, 0, 0, -1, -2, -1, -3])
    let first = rows.max([1]).gradient(withRespectTo: rows)
    #expect(example.reference([first])[0].elements == [0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0])
  }

  private func expectNear(
    _ found: [Double], _ expected: [Double], _ comment: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
    #expect(
      found.count == expected.count && error < 1e-12, "\(comment): \(error)",
      sourceLocation: sourceLocation)
  }
}
