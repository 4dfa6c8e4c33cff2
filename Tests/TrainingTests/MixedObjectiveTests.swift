import Attacks
import Autodiff
import ModelFixtures
import Networks
import Testing

@testable import Training

@Suite struct MixedObjectiveTests {
  /// (1 − r) · ∇clean + r · ∇adversarial, each half differentiated by itself in Double, on the very
  /// examples that the attack made.
  @Test(arguments: [0, 0.25, 0.5, 1], [false, true])
  func theGradientIsTheMixture(ratio: Double, isConvolutional: Bool) throws {
    let model = try isConvolutional ? Models.cnn(classes: 3) : Models.mlp(classes: 3)
    let values = Models.values(model, seed: 17)
    let batch = 6
    let noise = Images.noise(batch, shape: [6, 6, 1], classes: 3, seed: 5)
    let epsilon = 0.1

    let graph = Graph()
    let shape: Shape = [.batch, 6, 6, 1]
    let images = graph.input("images", shape: shape, element: .uint8)
    let labels = graph.input("labels", shape: [.batch], element: .int32)
    let radius = graph.input("epsilon", shape: [])
    let x = images.converted(to: .float32) / 255
    let mixed = MixedObjective(adversarialRatio: ratio, attack: FGSM())
      .expressions(model: model, images: x, labels: labels, epsilon: radius)
    #expect((mixed.cleanLoss == nil) == (ratio == 1))
    #expect((mixed.adversarialLoss == nil) == (ratio == 0))
    let problem = AttackProblem(
      PerturbationSet(around: x, epsilon: radius), labels: labels
    ) { model.logits(of: $0) }
    let examples = FGSM().examples(problem)
    let losses = [mixed.cleanLoss, mixed.adversarialLoss].compactMap { $0 }
    let program = Program(
      results: mixed.gradients + [x, examples] + losses,
      variables: Models.variables(model, values), capacity: batch, device: Device(threads: 1))
    program.write(Tensor(noise.images, shape: [batch, 6, 6, 1]), to: images)
    program.write(Tensor(noise.labels, shape: [batch]), to: labels)
    program.write(Tensor([Float(epsilon)], shape: []), to: radius)
    program.run(batch: batch)

    var gradients: [[Double]] = []
    var means: [Double] = []
    for (share, pixels) in [(1 - ratio, program.read(x)), (ratio, program.read(examples))] {
      let half = Self.half(model, values, pixels: pixels.floats, labels: noise.labels)
      if share > 0 { means.append(half.mean) }
      if gradients.isEmpty { gradients = half.gradients.map { $0.map { _ in 0 } } }
      gradients = zip(gradients, half.gradients).map { zip($0, $1).map { $0 + share * $1 } }
    }
    for (found, expected) in zip(mixed.gradients, gradients) {
      let error = zip(program.read(found).floats, expected).map { abs(Double($0) - $1) }.max() ?? 0
      #expect(error < 1e-5)
    }
    for (found, expected) in zip(losses, means) {
      #expect(abs(Double(program.read(found).floats[0]) - expected) < 1e-5)
    }
  }

  /// The mean loss over the images and its gradients.
  static func half(
    _ model: Model, _ values: [Tensor], pixels: [Float], labels: [Int32]
  ) -> (mean: Double, gradients: [[Double]]) {
    let graph = Graph()
    let x = graph.input("x", shape: [.batch, 6, 6, 1])
    let loss = model.logits(of: x).softmaxCrossEntropy(
      labels: graph.input("labels", shape: [.batch], element: .int32)
    ).mean([0])
    var named = ["x": pixels.map { Double($0) }, "labels": labels.map { Double($0) }]
    for (parameter, value) in zip(model.parameters, values) {
      named[parameter.name] = value.floats.map { Double($0) }
    }
    var reference = ReferenceInterpreter(batch: labels.count, values: named)
    let gradients = loss.gradients(withRespectTo: model.variables(in: graph))
      .map { reference.value(of: $0).elements }
    return (reference.value(of: loss).elements[0], gradients)
  }
}
