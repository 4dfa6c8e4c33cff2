import Autodiff
import Datasets
import ModelFixtures
import Networks
import Testing

@testable import Training

/// Objectives beside PyTorch: convolution, ReLU, max-pooling and a matrix, in float64.
@Suite struct ObjectiveGoldenTests {
  private let golden = GoldenFile.shared
  private let model: Model
  private let graph = Graph()
  private let images, adversarial, neighbours, labels: Expression

  init() throws {
    model = try Models.cnn(classes: 4)
    let shape: Shape = [.batch, 6, 6, 1]
    images = graph.input("images", shape: shape)
    adversarial = graph.input("adversarial", shape: shape)
    neighbours = graph.input("neighbours", shape: shape)
    labels = graph.input("labels", shape: [.batch], element: .int32)
  }

  private func expect(_ losses: Expression, _ expected: GoldenFile.Measured) {
    var named = [
      "images": golden.pixels.map { Double($0) / 255 }, "adversarial": golden.adversarial,
      "neighbours": golden.neighbours, "labels": golden.labels.map { Double($0) },
    ]
    for (parameter, values) in zip(model.parameters, golden.parameters) {
      named[parameter.name] = values
    }
    var reference = ReferenceInterpreter(batch: golden.labels.count, values: named)
    let loss = reference.value(of: losses.mean([0])).elements[0]
    #expect(abs(loss - expected.loss) < 1e-10)
    let gradients = TrainingLoss([.init(losses, 1)])
      .gradients(withRespectTo: model.variables(in: graph))
    for (gradient, expected) in zip(gradients, expected.gradients) {
      let found = reference.value(of: gradient).elements
      #expect(found.count == expected.count && found.contains { $0 != 0 })
      let error = zip(found, expected).map { abs($0 - $1) }.max()!
      #expect(error < 1e-9, "\(error)")
    }
  }

  @Test func trades() throws {
    let objective = try #require(try ObjectiveCatalog.objective("trades") as? TRADES)
    expect(
      objective.losses(
        clean: model.logits(of: images), adversarial: model.logits(of: adversarial),
        crossEntropy: model.logits(of: images).softmaxCrossEntropy(labels: labels)),
      golden.trades)
  }

  @Test func mart() throws {
    let objective = try #require(try ObjectiveCatalog.objective("mart") as? MART)
    expect(
      objective.losses(
        clean: model.logits(of: images), adversarial: model.logits(of: adversarial),
        crossEntropy: model.logits(of: adversarial).softmaxCrossEntropy(labels: labels),
        labels: labels),
      golden.mart)
  }

  /// Derivatives of derivatives.
  @Test(arguments: [false, true])
  func gradientAlignment(isOfBoth: Bool) {
    func gradient(at images: Expression) -> Expression {
      model.logits(of: images).softmaxCrossEntropy(labels: labels)
        .gradient(withRespectTo: images)
    }
    let first = gradient(at: images)
    expect(
      GradAlign.misalignment(
        isOfBoth ? first : first.stopGradient(), gradient(at: neighbours)),
      isOfBoth ? golden.angleOfBoth : golden.angle)
  }

  /// Steps on one batch, each of which finds the perturbation that the last one left.
  @Test func free() throws {
    let variables = Models.variables(
      model,
      zip(model.parameters, golden.parameters).map { parameter, values in
        Tensor(values.map { Float($0) }, shape: parameter.shape)
      })
    let recipe = try RecipeTests.recipe(
      #"{"optimizer": {"type": "sgd", "momentum": 0, "learningRate": \#(golden.free.rate)}}"#)
    let step = TrainingStep(
      model: model, variables: variables, objective: try ObjectiveCatalog.objective("free"),
      adversary: .fgsm, optimizer: recipe.optimizer, batchSize: golden.labels.count,
      device: Device(threads: 1))
    let loader = BatchLoader(
      Dataset(
        name: "golden", part: .training, imageShape: [6, 6, 1],
        images: golden.pixels.map { UInt8($0) }, labels: golden.labels.map { Int32($0) },
        classNames: ["a", "b", "c", "d"], origin: "a test",
        lineage: DatasetLineage(collection: "golden")), batchSize: golden.labels.count)
    var states = [step.kept]
    for (index, expected) in golden.free.losses.enumerated() {
      let (count, loss) = step.run(
        index + 1, epsilon: golden.epsilon, key: RandomKey(seed: 1), batch: 0, of: loader)
      #expect(count == golden.labels.count)
      #expect(abs(loss - expected) < 1e-5)
      states.append(step.kept)
    }
    // A run can go on from what was kept.
    #expect(
      states[0].values.allSatisfy { $0.floats.allSatisfy { $0 == 0 } } && states[0].count == 1)
    #expect(states[1] != states[0] && states[2] != states[1])
    step.kept = states[1]
    #expect(step.kept == states[1])
    for (parameter, expected) in zip(model.parameters, golden.free.parameters) {
      let found = variables[parameter.name].floats
      #expect(zip(found, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 })
    }
  }
}
