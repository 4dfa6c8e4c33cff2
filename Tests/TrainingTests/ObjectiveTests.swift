import Autodiff
import Configurations
import Foundation
import ModelFixtures
import Networks
import Testing

@testable import Attacks
@testable import Training

/// What single objectives promise.
@Suite struct ObjectiveTests {
  /// (1 − r) · clean + r · adversarial, each half by itself on the very examples of the attack.
  @Test(arguments: [0, 0.25, 0.5, 1], [false, true])
  func mixedIsTheMixture(ratio: Double, isConvolutional: Bool) throws {
    let step = try StepCase(
      #"{"ratio": \#(ratio)}"#, model: ObjectiveContractTests.model(isConvolutional))
    #expect(step.loss.terms.count == (ratio == 0 || ratio == 1 ? 1 : 2))
    let x = step.problem.images
    let halves = [x, step.problem.adversarialExamples()].map {
      step.problem.crossEntropy(step.problem.logits(of: $0)).mean([0])
    }
    let gradients = halves.map { $0.gradients(withRespectTo: step.parameters) }
    let expected = step.reference(halves + gradients[0] + gradients[1])
    let found = step.run(
      [step.total] + step.loss.gradients(withRespectTo: step.parameters))
    let count = step.parameters.count
    func mixed(_ clean: [Double], _ adversarial: [Double]) -> [Double] {
      zip(clean, adversarial).map { (1 - ratio) * $0 + ratio * $1 }
    }
    for (index, found) in found.enumerated() {
      let expected =
        index == 0
        ? mixed(expected[0], expected[1])
        : mixed(expected[1 + index], expected[1 + count + index])
      #expect(zip(found, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 })
    }
  }

  // MARK: TRADES

  /// The attack increases the divergence, also where it would begin at the images themselves.
  @Test(arguments: [
    "fgsm", "mifgsm:steps=3", "pgd:steps=3,random-start=false", "pgd:steps=3", "apgd-ce:steps=3",
  ])
  func theAttackOfTRADESIncreasesTheDivergence(attack: String) throws {
    let step = try StepCase(
      #"{"objective": "trades", "epsilon": 0.05, "attack": "\#(attack)"}"#,
      model: Models.cnn(classes: 4), batch: 12)
    let problem = step.problem
    let clean = problem.logits(of: problem.images)
    func divergence(_ images: Autodiff.Expression) -> Autodiff.Expression {
      clean.klDivergence(from: problem.logits(of: images)).mean([0])
    }
    let made = problem.adversarialExamples(awayFrom: clean.softmax())
    let found = step.reference([divergence(made), divergence(problem.neighbours())])
    #expect(found[0][0] > 2 * found[1][0] && found[1][0] > 0)
    let (pixels, originals) = (step.run([made])[0], step.run([problem.images])[0])
    #expect(zip(pixels, originals).allSatisfy { abs($0 - $1) <= 0.05 })
  }

  /// Labels are of no account to it: not to the examples, only to the clean loss.
  @Test func theAttackOfTRADESNeedsNoLabels() throws {
    let setting = #"{"objective": "trades", "attack": "pgd:steps=2"}"#
    let labels: [[Int32]] = [[0, 1, 2, 0, 1, 2], [2, 2, 1, 1, 0, 0]]
    let made = try labels.map { labels in
      let step = try StepCase(setting, model: Models.mlp(classes: 3), labels: labels)
      let clean = step.problem.logits(of: step.problem.images)
      return step.run([step.problem.adversarialExamples(awayFrom: clean.softmax())])
    }
    #expect(made[0] == made[1])
  }

  /// The gradient of a cross-entropy with the clean probabilities is that of the divergence.
  @Test func theGradientOfTheReferenceIsThatOfTheDivergence() throws {
    let step = try StepCase(#"{"objective": "trades"}"#, model: Models.cnn(classes: 3))
    let (problem, model) = (step.problem, step.model)
    let clean = model.logits(of: problem.images)
    let attack = AttackProblem(
      problem.allowed, labels: problem.labels, probabilities: clean.softmax()
    ) { model.logits(of: $0) }
    let neighbours = problem.neighbours().stopGradient()
    let divergence = clean.stopGradient().klDivergence(from: model.logits(of: neighbours))
    let found = step.reference([
      attack.gradient(at: neighbours), divergence.gradient(withRespectTo: neighbours),
    ])
    #expect(zip(found[0], found[1]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(found[0].contains { abs($0) > 1e-4 })
  }

  // MARK: MART

  /// Also where a probability is so near 1 that 1 − p would be 0.
  @Test(
    arguments: [
      ([2, 1, 0.5], 0), ([2, 1, 0.5], 1), ([60, 0, -10], 1), ([60, 0, -10], 0),
      ([200, -200, 1], 2),
      ([1, 1, 1], 2), ([3, -2], 0), ([3, -2], 1),
    ] as [([Double], Int)])
  func marginOfMART(logits: [Double], label: Int) {
    let graph = Graph()
    let z = graph.input("z", shape: [.batch, Dimension(logits.count)])
    let labels = graph.input("labels", shape: [.batch], element: .int32)
    let loss = MART.margin(z, labels: labels)
    let program = Program(
      results: [loss, loss.gradient(withRespectTo: z)], capacity: 1, device: Device(threads: 1))
    program.write(Tensor(logits.map { Float($0) }, shape: [1, logits.count]), to: z)
    program.write(Tensor([Int32(label)], shape: [1]), to: labels)
    program.run(batch: 1)

    func logSum(_ values: [Double]) -> Double {
      values.max()! + log(values.map { exp($0 - values.max()!) }.reduce(0, +))
    }
    let rival = logits.indices.filter { $0 != label }.max { logits[$0] < logits[$1] }!
    let others = logits.indices.filter { $0 != rival }.map { logits[$0] }
    // −log(1 − p[rival])
    let expected = logSum(logits) - logSum(others)
    let found = program.read(loss).floats[0]
    #expect(abs(Double(found) - expected) < 1e-5 * max(1, expected))
    #expect(program.read(loss.gradient(withRespectTo: z)).floats.allSatisfy { $0.isFinite })
  }

  // MARK: GradAlign

  @Test func misalignmentOfKnownGradients() {
    let graph = Graph()
    let (a, b) = (
      graph.input("a", shape: [.batch, 1, 2, 1]), graph.input("b", shape: [.batch, 1, 2, 1])
    )
    let loss = GradAlign.misalignment(a, b)
    let gradient = loss.gradient(withRespectTo: b)
    let rows: [(a: [Float], b: [Float], angle: Float)] = [
      ([1, 0], [3, 0], 0), ([1, 0], [0, 2], 1), ([1, 0], [-5, 0], 2), ([1, 1], [1, 0], 0.2928932),
      ([0, 0], [1, 2], 0), ([1, 2], [0, 0], 0), ([0, 0], [0, 0], 0),
      ([1e-12, 0], [0, 1e-15], 1), ([1e30, 0], [1e25, 0], 0), ([1e-30, 0], [0, 1e-30], 0),
    ]
    let program = Program(
      results: [loss, gradient], capacity: rows.count, device: Device(threads: 1))
    program.write(Tensor(rows.flatMap(\.a), shape: [rows.count, 1, 2, 1]), to: a)
    program.write(Tensor(rows.flatMap(\.b), shape: [rows.count, 1, 2, 1]), to: b)
    program.run(batch: rows.count)
    for (found, row) in zip(program.read(loss).floats, rows) {
      #expect(abs(found - row.angle) < 1e-6, "\(row)")
    }
    #expect(program.read(gradient).floats.allSatisfy { $0.isFinite })
  }

  /// Without gradients at all, and where the model is all too sure of itself.
  @Test(arguments: [0, 1e-3, 30, 1e4] as [Float])
  func gradientsStayFinite(scale: Float) throws {
    let model = try Models.cnn(classes: 3)
    let values = Models.values(model, seed: 17).map {
      Tensor($0.floats.map { $0 * scale }, shape: $0.shape)
    }
    let step = try StepCase(
      #"{"objective": "grad-align", "lambda": 1, "differentiatesBoth": true}"#, model: model,
      values: values)
    let found = step.run([step.total] + step.loss.gradients(withRespectTo: step.parameters))
    #expect(found.allSatisfy { $0.allSatisfy(\.isFinite) })
  }

  /// Of two classes and one matrix every gradient has the same direction.
  @Test func aLinearModelIsAligned() throws {
    let step = try StepCase(
      #"{"objective": "grad-align", "lambda": 1, "epsilon": 0.5}"#, model: Models.linear())
    let angle = try #require(step.loss.terms.last)
    #expect(angle.weight == 1)
    #expect(step.run([angle.losses])[0].allSatisfy { abs($0) < 1e-6 })
    let bent = try StepCase(
      #"{"objective": "grad-align", "lambda": 1, "epsilon": 0.5}"#, model: Models.mlp(classes: 3))
    let bentAngle = try #require(bent.loss.terms.last)
    #expect(bent.run([bentAngle.losses])[0].contains { $0 > 0.01 })
  }

  // MARK: Free

  /// The perturbation moves by ε along the sign of the gradient at the perturbed image, and stays
  /// within ε.
  @Test func freeMovesWhatItKeeps() throws {
    let step = try StepCase(
      #"{"objective": "free", "epsilon": 0.1}"#, model: Models.cnn(classes: 3))
    let kept = try #require(step.loss.kept.first)
    #expect(step.loss.kept.count == 1)
    let x = step.problem.images
    let perturbed = (x + kept.input).clamped(0, 1).stopGradient()
    let gradient = step.problem.crossEntropy(step.problem.logits(of: perturbed))
      .gradient(withRespectTo: perturbed)
    let found = step.reference([kept.input, kept.value, gradient], kept: 0.05)
    for (place, old) in found[0].enumerated() {
      let sign = found[2][place] > 0 ? 1.0 : found[2][place] < 0 ? -1 : 0
      let moved = min(max(old + 0.1 * sign, -0.1), 0.1)
      #expect(abs(found[1][place] - moved) < 1e-7)
    }
  }
}
