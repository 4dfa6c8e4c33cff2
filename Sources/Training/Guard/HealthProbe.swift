internal import Attacks
internal import Autodiff
internal import Datasets
internal import Evaluation
internal import Networks

/// The model's figures on the validation part: clean, under the training's own attack, and under
/// the guard's.
struct HealthProbe {
  private let dataset: Dataset
  private let classifier: Classifier
  private let verifier: Verifier
  private let threat: ThreatModel
  private let key: RandomKey
  /// Nil in a training without an adversary.
  private let attacks: (own: AttackRunner, probe: AttackRunner)?
  private let own: AttackPlan
  private let labelSource: Adversary.LabelSource
  /// How many validation examples are attacked, the first ones.
  private let attackedCount: Int

  /// - Parameter own: the training's attack, as it stands.
  init(
    _ dataset: Dataset, own: AttackPlan, recipe: Recipe, model: Model, variables: Variables,
    device: Device
  ) {
    self.dataset = dataset
    self.own = own
    labelSource = recipe.adversary.labels
    attackedCount = min(recipe.guarding.examples, dataset.count)
    let capacity = min(256, dataset.count)
    threat = ThreatModel(epsilon: recipe.adversary.epsilon)
    key = RandomKey(seed: UInt64(recipe.seed)).folding("probe")
    classifier = Classifier(
      model: model, variables: variables, element: .uint8, capacity: capacity, device: device)
    verifier = Verifier(model: model, variables: variables, capacity: capacity, device: device)
    func runner(_ plan: AttackPlan) -> AttackRunner {
      AttackRunner(
        plan.attack, isTargeted: plan.targets > 0, model: model, variables: variables,
        capacity: capacity, device: device)
    }
    attacks =
      recipe.objective.isAdversarial
      ? (runner(own), runner(recipe.guarding.probe)) : nil
  }

  func run() -> EpochRecord.Probe {
    let clean = DatasetAnswers(classifier, to: dataset)
    let isCorrect = clean.isCorrect
    let count = Double(dataset.count)
    var probe = EpochRecord.Probe(
      loss: clean.losses.reduce(0) { $0 + Double($1) } / count,
      cleanAccuracy: Double(isCorrect.count { $0 }) / count)
    guard let attacks else { return probe }

    // On the probe's examples alone, so that the three figures can be compared.
    let own = accuracy(under: attacks.own, clean)
    let correct = (0..<attackedCount).filter { isCorrect[$0] }.map { task($0) }
    let robust = correct.count - broken(by: attacks.probe, among: correct)
    func share(_ correct: Int) -> Double { Double(correct) / Double(attackedCount) }
    probe.attacked = .init(
      count: attackedCount, cleanAccuracy: share(correct.count),
      ownAccuracy: share(own.correct), robustAccuracy: share(robust), loss: own.loss)
    return probe
  }

  private func task(_ example: Int) -> AttackRunner.Task {
    AttackRunner.Task(
      example: example, label: dataset.labels[example], epsilon: Float(threat.epsilon))
  }

  /// Of the examples that the training's attack makes, in the ball or out of it.
  private func accuracy(
    under runner: AttackRunner, _ clean: DatasetAnswers
  ) -> (correct: Int, loss: Double) {
    let tasks = (0..<attackedCount).map { example in
      var task = task(example)
      // Away from and towards the same classes as in training.
      if labelSource == .predicted { task.label = clean.predictions[example] }
      if own.targets > 0 { task.target = clean.classes(of: example, besides: task.label)[0] }
      return task
    }
    var verdicts: [Int: [Verifier.Verdict]] = [:]
    runner.run(tasks, on: dataset, key: key.folding("own"), stopsEarly: false) { finished in
      verifier.verdicts(
        on: finished.images, of: tasks[finished.tasks], dataset: dataset, threat: threat)
    } finish: { finished, seen in
      verdicts[finished.tasks.lowerBound] = seen
    }
    // A sum depends on its order, and threads end in any.
    let ordered = verdicts.sorted { $0.key < $1.key }.flatMap(\.value)
    let correct = zip(ordered, tasks).count { $0.prediction == dataset.labels[$1.example] }
    return (correct, ordered.reduce(0) { $0 + Double($1.loss) } / Double(attackedCount))
  }

  private func broken(by runner: AttackRunner, among tasks: [AttackRunner.Task]) -> Int {
    var broken = 0
    runner.run(tasks, on: dataset, key: key.folding("probe")) { finished in
      verifier.verdicts(
        on: finished.images, of: tasks[finished.tasks], dataset: dataset, threat: threat)
    } finish: { finished, verdicts in
      broken += zip(verdicts, tasks[finished.tasks]).count {
        $0.isAllowed && $0.prediction != $1.label
      }
    }
    return broken
  }
}
