public import Attacks
public import Autodiff
public import Datasets
internal import Digests

/// Evaluates checkpoints on the same examples under the same attacks.
///
/// Every model is attacked white-box: the examples are crafted on that very model. An example counts
/// as robust if it is classified correctly unharmed and no verified adversarial example was found.
public struct Evaluator {
  public var suite: AttackSuite
  /// In the order of the report; all in one norm.
  public var threats: [ThreatModel]
  /// What the candidates are held against.
  public var requirements = Requirements()
  /// A limit to the work; nil attacks every example.
  public var budget: Budget?
  /// Looks for the smallest radius that breaks each example; nil leaves it out.
  public var search: RadiusSearch?
  /// Whether examples crafted on each checkpoint are also tried on the others.
  public var includesTransfer = false
  /// Whether the attacks' health is examined after them.
  public var checksHealth = true
  /// Whether the result has the outcome and the witness of every example.
  public var keepsOutcomes = false
  /// Of the attacks' random numbers.
  public var seed: UInt64 = 0
  public var batchSize: Int
  public let device: Device

  public init(
    suite: AttackSuite, threats: [ThreatModel], batchSize: Int = 256, device: Device
  ) {
    precondition(
      !suite.plans.isEmpty && !threats.isEmpty && Set(threats.map(\.norm)).count == 1,
      "Evaluator: nothing to evaluate, or two norms")
    self.suite = suite
    self.threats = threats
    self.batchSize = batchSize
    self.device = device
  }

  /// Makes the programs that attack checkpoints. It takes no images: these can be read meanwhile.
  public func prepare(_ subjects: [EvaluationSubject]) -> [PreparedSubject] {
    let isAttacked = threats.contains { $0.epsilon > 0 }
    let probes =
      checksHealth
      ? HealthChecks.probes(beside: suite.plans, hasOthers: subjects.count > 1) : []
    return subjects.map { subject in
      let attacked = AttackedModel(
        model: subject.model, variables: subject.variables, capacity: batchSize, device: device)
      if isAttacked {
        for plan in suite.plans + [SubjectOutcome.noise] + probes {
          attacked.runner(plan, norm: threats[0].norm)
        }
      }
      return PreparedSubject(subject: subject, attacked: attacked)
    }
  }

  /// Evaluates checkpoints; the first is the baseline of the comparisons with each other one.
  ///
  /// - Parameter progress: called on the way with the share that is done, in 0…1.
  public func evaluate(
    _ subjects: [PreparedSubject], on dataset: Dataset, progress: (Double) -> Void = { _ in }
  ) -> EvaluationResult {
    evaluate(
      subjects,
      sides: subjects.count == 1
        ? [Side(baseline: [], candidate: [0])]
        : subjects.indices.dropFirst().map { Side(baseline: [0], candidate: [$0]) },
      on: dataset, progress: progress)
  }

  /// Evaluates several checkpoints of two recipes, which differ in their seeds: the verdict is one
  /// on the recipes.
  public func evaluate(
    baseline: [PreparedSubject], candidate: [PreparedSubject], on dataset: Dataset,
    progress: (Double) -> Void = { _ in }
  ) -> EvaluationResult {
    let count = baseline.count + candidate.count
    return evaluate(
      baseline + candidate,
      sides: [
        Side(
          baseline: Array(0..<baseline.count), candidate: Array(baseline.count..<count))
      ], on: dataset, progress: progress)
  }

  private func evaluate(
    _ prepared: [PreparedSubject], sides: [Side], on dataset: Dataset,
    progress: (Double) -> Void
  ) -> EvaluationResult {
    precondition(!prepared.isEmpty && dataset.count > 0, "Evaluator: nothing to evaluate")
    let key = RandomKey(seed: seed).folding("attack")
    let subjects = prepared.map(\.subject)
    let trials = prepared.map { Trial($0.attacked, on: dataset) }
    let untouched = trials.map { trial in
      threats.map {
        SubjectOutcome(suite.plans, of: trial, threat: $0, keepsImages: keepsOutcomes)
      }
    }
    var parts = ReportParts(
      subjects: subjects, trials: trials, outcomes: untouched, suite: suite, threats: threats,
      sides: sides, requirements: requirements, isSequential: budget != nil)
    if let budget {
      spend(budget, on: &parts, key: key, progress: progress)
    } else {
      attack(Array(0..<dataset.count), of: &parts, key: key, progress: progress)
    }
    if includesTransfer, subjects.count > 1 {
      parts.transfers = Transfers(trials, parts.outcomes, suite, key)
    }
    if let search { parts.smallestRadii = trials.map { search.radii(of: $0, key: key) } }
    if checksHealth {
      parts.healthFindings = healthFindings(
        subjects, trials, parts.outcomes, key.folding("health"))
    }
    progress(1)
    return EvaluationResult(
      report: parts.report(identity: dataset.identity()),
      outcomes: keepsOutcomes ? parts.exampleOutcomes() : [],
      witnesses: keepsOutcomes ? parts.witnesses() : [])
  }

  /// Attacks some examples of every model at every radius.
  private func attack(
    _ examples: [Int], of parts: inout ReportParts, key: RandomKey,
    progress: (Double) -> Void = { _ in }
  ) {
    let work = Double(
      parts.trials.count * threats.count * examples.count
        * suite.plans.reduce(0) { $0 + $1.costPerExample })
    var done = 0
    for subject in parts.trials.indices {
      for index in threats.indices {
        parts.outcomes[subject][index].attack(examples, of: parts.trials[subject], key: key) {
          done += $0
          progress(min(Double(done) / work, 1))
        }
      }
    }
  }

  /// Attacks examples in a random order until the verdict is settled or the budget is spent.
  private func spend(
    _ budget: Budget, on parts: inout ReportParts, key: RandomKey, progress: (Double) -> Void
  ) {
    let count = parts.trials[0].dataset.count
    let order = key.folding("order").permutation(count)
    let clock = ContinuousClock()
    let start = clock.now
    var attacked = 0
    var isSettled = false
    var isSpent = false
    while attacked < count, !isSettled, !isSpent {
      let next = order[attacked..<min(attacked + Budget.batchSize, count)].sorted()
      attack(next, of: &parts, key: key)
      attacked += next.count
      isSettled = parts.isSettled
      switch budget {
      case .steps(let limit):
        isSpent = parts.spent >= limit
        progress(min(1, Double(parts.spent) / Double(limit)))
      case .seconds(let limit):
        let elapsed = clock.now - start
        isSpent = elapsed >= .seconds(limit)
        progress(min(1, elapsed / .seconds(limit)))
      }
    }
    parts.spending = Report.Spending(
      budget, spent: parts.spent, attacked: attacked, available: count, isSettled: isSettled)
  }

  private func healthFindings(
    _ subjects: [EvaluationSubject], _ trials: [Trial], _ outcomes: [[SubjectOutcome]],
    _ key: RandomKey
  ) -> [Report.Finding] {
    subjects.indices.flatMap { index in
      let others = subjects.indices.filter { $0 != index }.map {
        (path: subjects[$0].path, trial: trials[$0])
      }
      let examinations = outcomes[index].map { outcome in
        Examination(
          path: subjects[index].path, trial: trials[index], outcome: outcome, others: others,
          key: key)
      }
      let attacked = examinations.filter { $0.threat.epsilon > 0 }
      // Where a model answers differently each time, most is seen at one of the radii.
      let model = examinations.max { $0.unconfirmed < $1.unconfirmed }!
      return HealthChecks.ofModel.flatMap { $0.findings(model) }
        + attacked.flatMap { examination in
          HealthChecks.ofAttacks.flatMap { $0.findings(examination) }
        } + AccuracyRises.findings(attacked)
    }
  }
}

extension Evaluator {
  /// The same for checkpoints without programs.
  public func evaluate(
    _ subjects: [EvaluationSubject], on dataset: Dataset, progress: (Double) -> Void = { _ in }
  ) -> EvaluationResult {
    evaluate(prepare(subjects), on: dataset, progress: progress)
  }
}
