internal import Attacks
internal import Autodiff
internal import Datasets
internal import Evaluation
internal import Networks

/// The model's figures on the validation part: clean, under the training's own attack, and under
/// the guard's.
struct HealthProbe {
  private let dataset: Dataset
  private let verifier: Verifier
  private let threat: ThreatModel
  private let key: RandomKey
  /// Nil in a training without an adversary.
  private let attacks: (own: AttackRunner, probe: AttackRunner)?
  /// The validation examples that are attacked.
  private let attacked: [AttackRunner.Task]

  /// - Parameter own: the training's attack, as it stands.
  init(
    _ dataset: Dataset, own: AttackPlan, recipe: Recipe, model: Model, variables: Variables,
    device: Device
  ) {
    self.dataset = dataset
    let capacity = min(256, dataset.count)
    threat = ThreatModel(epsilon: recipe.adversary.epsilon)
    key = RandomKey(seed: UInt64(recipe.seed)).folding("probe")
    verifier = Verifier(model: model, variables: variables, capacity: capacity, device: device)
    func runner(_ plan: AttackPlan) -> AttackRunner {
      AttackRunner(
        plan.attack, isTargeted: plan.targets > 0, model: model, variables: variables,
        capacity: capacity, device: device)
    }
    attacks =
      recipe.objective.isAdversarial
      ? (runner(own), runner(recipe.guarding.probe)) : nil
    attacked = dataset.labels.prefix(recipe.guarding.examples).enumerated().map { place, label in
      AttackRunner.Task(
        example: place, label: label, epsilon: Float(recipe.adversary.epsilon))
    }
  }

  func run() -> EpochRecord.Probe {
    let clean = cleanVerdicts()
    let count = Double(dataset.count)
    var probe = EpochRecord.Probe(
      loss: clean.reduce(0) { $0 + Double($1.loss) } / count,
      cleanAccuracy: Double(clean.count { $0.isCorrect }) / count)
    guard let attacks else { return probe }

    // On the probe's examples alone, so that the three figures can be compared.
    let own = accuracy(under: attacks.own)
    let correct = attacked.filter { clean[$0.example].isCorrect }
    let robust = correct.count - broken(by: attacks.probe, among: correct)
    func share(_ correct: Int) -> Double { Double(correct) / Double(attacked.count) }
    probe.attacked = .init(
      count: attacked.count, cleanAccuracy: share(correct.count),
      ownAccuracy: share(own.correct), robustAccuracy: share(robust), loss: own.loss)
    return probe
  }

  private typealias CleanVerdict = (loss: Float, isCorrect: Bool)

  private func cleanVerdicts() -> [CleanVerdict] {
    let size = dataset.imageSize
    let capacity = verifier.classifier.capacity
    return stride(from: 0, to: dataset.count, by: capacity).flatMap { first -> [CleanVerdict] in
      let batch = first..<min(first + capacity, dataset.count)
      let pixels = dataset.images[batch.lowerBound * size..<batch.upperBound * size].map {
        Float($0) / 255
      }
      let labels = Array(dataset.labels[batch])
      let answers = pixels.withUnsafeBytes { pixels in
        labels.withUnsafeBufferPointer { verifier.classifier.answers(to: pixels, labels: $0) }
      }
      return zip(answers.losses, zip(answers.predictions, labels)).map { ($0, $1.0 == $1.1) }
    }
  }

  /// Of the examples that the training's attack makes, in the ball or out of it.
  private func accuracy(under runner: AttackRunner) -> (correct: Int, loss: Double) {
    var (correct, loss) = (0, 0.0)
    runner.run(attacked, on: dataset, key: key.folding("own"), stopsEarly: false) { finished in
      let verdicts = verifier.verdicts(
        on: finished.images, of: attacked[finished.tasks], dataset: dataset, threat: threat)
      for (verdict, task) in zip(verdicts, attacked[finished.tasks]) {
        correct += verdict.prediction == task.label ? 1 : 0
        loss += Double(verdict.loss)
      }
    }
    return (correct, loss / Double(attacked.count))
  }

  private func broken(by runner: AttackRunner, among tasks: [AttackRunner.Task]) -> Int {
    var broken = 0
    runner.run(tasks, on: dataset, key: key.folding("probe")) { finished in
      let verdicts = verifier.verdicts(
        on: finished.images, of: tasks[finished.tasks], dataset: dataset, threat: threat)
      broken += zip(verdicts, tasks[finished.tasks]).count {
        $0.isAllowed && $0.prediction != $1.label
      }
    }
    return broken
  }
}
