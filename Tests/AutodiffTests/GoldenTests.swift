import Testing

@testable import Autodiff

/// Numbers of JAX in float64 (see `Golden/make_golden.py`).
@Suite struct GoldenTests {
  /// The example of a case, whose sources are named by the test.
  private struct Setting {
    let golden: GoldenCase
    var example: Example

    init(_ name: String, batch: Int) throws {
      golden = try GoldenCase.named(name)
      example = Example(batch: batch, seed: 0)
    }

    /// An input with examples on the first axis.
    mutating func input(_ name: String) -> Expression {
      let array = golden.inputs[name]!
      return example.input(
        Shape([.batch] + array.shape.dropFirst().map { Dimension($0) }), array.elements)
    }

    mutating func labels() -> Expression { input("labels").converted(to: .int32) }

    mutating func variable(_ name: String) -> Expression {
      example.variable(golden.inputs[name]!.shape, golden.inputs[name]!.elements)
    }

    func number(_ name: String) -> Float { Float(golden.numbers[name]!) }

    /// Expects JAX's numbers of the interpreter and of programs.
    func expect(_ results: [String: Expression], sourceLocation: SourceLocation = #_sourceLocation)
    {
      let names = golden.results.keys.sorted()
      #expect(names == results.keys.sorted(), sourceLocation: sourceLocation)
      let expressions = names.map { results[$0]! }
      let reference = example.reference(expressions).map(\.elements)
      for (name, found) in zip(names, reference) {
        compare(name, found, 1e-6, "interpreter", sourceLocation)
      }
      for device in Devices.instructionSets {
        let found = example.run(expressions, device: device).results[0]
        for (name, found) in zip(names, found) {
          #expect(found.shape == golden.results[name]!.shape, sourceLocation: sourceLocation)
          compare(name, found.doubles, 1e-5, device.summary, sourceLocation)
        }
      }
    }

    private func compare(
      _ name: String, _ found: [Double], _ limit: Double, _ reader: String,
      _ sourceLocation: SourceLocation
    ) {
      let expected = golden.results[name]!.elements
      let error = zip(found, expected).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 0
      #expect(
        found.count == expected.count && error < limit, "\(name), \(reader): \(error)",
        sourceLocation: sourceLocation)
    }
  }

  @Test func aConvolutionAndItsGradients() throws {
    var setting = try Setting("convolution", batch: 2)
    let (x, w, cotangent) = (
      setting.input("x"), setting.variable("w"), setting.input("cotangent")
    )
    let y = x.convolved(
      with: w,
      WindowPlacement(strideY: 2, strideX: 1, top: 1, left: 2, bottom: 0, right: 1))
    let gradients = (y * cotangent).sum([1, 2, 3]).gradients(withRespectTo: [x, w])
    setting.expect(["y": y, "dx": gradients[0], "dw": gradients[1]])
  }

  @Test func maximumPoolingWithTies() throws {
    var setting = try Setting("pool", batch: 2)
    let (x, cotangent) = (setting.input("x"), setting.input("cotangent"))
    let y = x.maxPooled(windowHeight: 2, windowWidth: 2, WindowPlacement(stride: 2))
    setting.expect(["y": y, "dx": (y * cotangent).sum([1, 2, 3]).gradient(withRespectTo: x)])
  }

  @Test func crossEntropy() throws {
    var setting = try Setting("cross-entropy", batch: 5)
    let logits = setting.input("logits")
    let loss = logits.softmaxCrossEntropy(labels: setting.labels())
    setting.expect([
      "loss": loss, "gradient": loss.gradient(withRespectTo: logits), "softmax": logits.softmax(),
    ])
  }

  @Test func aProductAndItsGradients() throws {
    var setting = try Setting("product", batch: 5)
    let (a, b, cotangent) = (
      setting.input("a"), setting.variable("b"), setting.input("cotangent")
    )
    let y = Expression.product(a, b)
    let gradients = (y * cotangent).sum([1]).gradients(withRespectTo: [a, b])
    setting.expect(["y": y, "da": gradients[0], "db": gradients[1]])
  }

  @Test func anAdamStepOfAMixedObjective() throws {
    var setting = try Setting("step", batch: 4)
    let (x, labels) = (setting.input("x"), setting.labels())
    let names = ["w1", "b1", "w2", "b2", "w3", "b3"]
    let p = names.map { setting.variable($0) }
    func loss(_ x: Expression) -> Expression {
      let image = (x.convolved(with: p[0], WindowPlacement(padding: 1)) + p[1]).rectified()
      let pooled = image.maxPooled(
        windowHeight: 2, windowWidth: 2, WindowPlacement(stride: 2))
      let hidden = (Expression.product(pooled.flattened(), p[2]) + p[3]).rectified()
      return (Expression.product(hidden, p[4]) + p[5]).softmaxCrossEntropy(labels: labels)
    }
    let alpha = setting.number("alpha")
    let clean = loss(x)
    let attacked =
      (x + setting.number("epsilon") * clean.gradient(withRespectTo: x).sign()).clamped(0, 1)
      .stopGradient()
    let adversarial = loss(attacked)
    let count = setting.example.graph.batchSize()
    let first = clean.gradients(withRespectTo: p, weight: alpha / count)
    let second = adversarial.gradients(withRespectTo: p, weight: (1 - alpha) / count)
    var results: [String: Expression] = [
      "attacked": attacked,
      "loss": alpha * clean.mean([0]) + (1 - alpha) * adversarial.mean([0]),
    ]
    let (beta1, beta2) = (setting.number("beta1"), setting.number("beta2"))
    for (index, name) in names.enumerated() {
      let gradient = first[index] + second[index]
      let m = (1 - beta1) * gradient
      let v = (1 - beta2) * gradient.squared()
      let step = (m / (1 - beta1)) / ((v / (1 - beta2)).squareRoot() + setting.number("small"))
      let updated = p[index] - setting.number("rate") * step
      setting.example.update(p[index], to: updated)
      results["\(name) gradient"] = gradient
      results["\(name) after"] = updated
    }
    setting.expect(results)
  }
}
