internal import Attacks
internal import Autodiff
internal import Datasets
internal import Networks

/// Examples that withstood the attacks because there was no gradient to follow, or one that is not a
/// number (Carlini et al. 2019, section 4.3; Pintor et al. 2022, indicator of silent failures).
enum VanishingGradients: HealthCheck {
  static func findings(_ examination: Examination) -> [Report.Finding] {
    let losses = Set(
      examination.outcome.plans.filter { $0.kind != .blackBox }.flatMap(\.attack.losses))
    let examples = examination.standing
    guard !losses.isEmpty, !examples.isEmpty, examination.threat.epsilon > 0 else { return [] }
    let probe = GradientProbe(examination.trial, losses: losses.sorted { "\($0)" < "\($1)" })
    let gradients = probe.gradients(at: examples)
    var findings: [Report.Finding] = []
    let broken = gradients.count { $0 == .notFinite }
    if broken > 0 {
      findings.append(
        examination.finding(
          "non-finite-gradients",
          "the gradient is not a number on \(broken) of \(examples.count) examples that withstood "
            + "the attacks, so nothing was tried on them; make the model's values smaller."))
    }
    let zero = zip(examples, gradients).filter { $0.1 == .zero }.map(\.0)
    // Counted as if all of them would fall: a few saturated examples are in sound models, too.
    guard examination.excess(zero.count, of: examples.count) != nil else { return findings }
    let checked = Array(zero.prefix(4))
    let lost = checked.count { probe.isNonzeroInDouble(at: $0) }
    let cause =
      lost > 0
      ? "in Double it is not on \(lost) of \(checked.count) of them: the logits are too large for "
        + "float32, so evaluate with apgd-t and square"
      : "nor is it in Double on \(checked.count) of them: the model is flat there, so evaluate "
        + "with square"
    return findings + [
      examination.finding(
        "zero-gradients",
        "the gradient is zero on \(zero.count) of \(examples.count) examples that withstood the "
          + "attacks, so nothing was tried on them; \(cause).")
    ]
  }
}

/// Gradients of losses at the images as they are.
private struct GradientProbe {
  enum Gradient { case zero, notFinite, usable }

  private let trial: Trial
  private let losses: [AttackLoss]

  init(_ trial: Trial, losses: [AttackLoss]) {
    self.trial = trial
    self.losses = losses
  }

  /// The sum of the gradients' absolute values over all losses, one number an example.
  private func size(_ images: Expression, _ labels: Expression) -> Expression {
    let problem = AttackProblem(
      PerturbationSet(around: images, epsilon: images.graph.fill(0)), labels: labels
    ) { trial.model.logits(of: $0) }
    // Absolute values and not squares: those of tiny numbers vanish.
    return losses.map { loss in
      problem.gradient(of: loss, at: images).absolute().sum([1, 2, 3])
    }.reduce(images.graph.fill(0, shape: [.batch])) { $0 + $1 }
  }

  private func expressions() -> (images: Expression, labels: Expression, size: Expression) {
    let graph = Graph()
    let shape = Shape([.batch] + trial.model.specification.input.map { Dimension($0) })
    let images = graph.input("images", shape: shape)
    let labels = graph.input("labels", shape: [.batch], element: .int32)
    return (images, labels, size(images, labels))
  }

  private func pixels(_ example: Int) -> [Float] {
    let size = trial.dataset.imageSize
    return trial.dataset.images[example * size..<(example + 1) * size].map { Float($0) / 255 }
  }

  func gradients(at examples: [Int]) -> [Gradient] {
    let (images, labels, size) = expressions()
    let capacity = min(trial.capacity, examples.count)
    let program = Program(
      results: [size], variables: trial.variables, capacity: capacity, device: trial.device)
    return stride(from: 0, to: examples.count, by: capacity).flatMap { first in
      let batch = examples[first..<min(first + capacity, examples.count)]
      program.write(
        Tensor(
          batch.flatMap(pixels), shape: [batch.count] + trial.model.specification.input),
        to: images)
      program.write(
        Tensor(batch.map { trial.dataset.labels[$0] }, shape: [batch.count]), to: labels)
      program.run(batch: batch.count)
      return program.read(size).floats.map { value -> Gradient in
        value == 0 ? Gradient.zero : value.isFinite ? .usable : .notFinite
      }
    }
  }

  func isNonzeroInDouble(at example: Int) -> Bool {
    let (_, _, size) = expressions()
    var values = [
      "images": pixels(example).map { Double($0) },
      "labels": [Double(trial.dataset.labels[example])],
    ]
    for parameter in trial.model.parameters {
      values[parameter.name] = trial.variables[parameter.name].floats.map { Double($0) }
    }
    var reference = ReferenceInterpreter(batch: 1, values: values)
    let value = reference.value(of: size).elements[0]
    return value != 0 && value.isFinite
  }
}
