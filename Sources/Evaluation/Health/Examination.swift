internal import Attacks
internal import Autodiff
internal import Configurations
internal import Datasets
internal import Networks

/// What the checks look at: one model, attacked at one radius.
struct Examination {
  let path: String
  let trial: Trial
  let outcome: SubjectOutcome
  /// The other models of the evaluation.
  let others: [(path: String, trial: Trial)]
  let key: RandomKey
  /// Some of the examples that withstood the attacks, in ascending order, chosen by the key alone.
  let standing: [Int]

  init(
    path: String, trial: Trial, outcome: SubjectOutcome, others: [(path: String, trial: Trial)],
    key: RandomKey
  ) {
    self.path = path
    self.trial = trial
    self.outcome = outcome
    self.others = others
    self.key = key
    standing = Self.sample(outcome.standing, plans: outcome.plans, key: key)
  }

  var threat: ThreatModel { outcome.threat }

  /// The plans that follow gradients step by step.
  var iterativePlans: [AttackPlan] { outcome.plans.filter { $0.kind == .iterative } }

  /// Whether the figures rest on gradients.
  var followsGradients: Bool { outcome.plans.followGradients }

  /// Claims of the attacks that a fresh pass did not confirm.
  var unconfirmed: Int { outcome.attempts.reduce(0) { $0 + $1.unconfirmed } }

  /// Some of the examples for a probe, in ascending order, chosen by the key alone.
  func sample(_ examples: [Int]) -> [Int] {
    Self.sample(examples, plans: outcome.plans, key: key)
  }

  private static func sample(
    _ examples: [Int], plans: [AttackPlan], key: RandomKey
  ) -> [Int] {
    let count = sampleSize(of: examples.count, steps: plans.reduce(0) { $0 + $1.costPerExample })
    guard examples.count > count else { return examples }
    let order = key.folding("sample").permutation(examples.count)
    return order.prefix(count).map { examples[$0] }.sorted()
  }

  /// At least 40 of some examples where there are so many, and at most 200: with 40, a probe that
  /// breaks a fifth of them is told from one that breaks 1 in 20. In between 1 in 20, or fewer where
  /// the attacks take few steps, so that all probes together take about a fifth of their time.
  ///
  /// - Parameter steps: that the attacks take of an example at most.
  static func sampleSize(of count: Int, steps: Int) -> Int {
    min(count, 200, max(40, count * min(steps, 20) / 400))
  }

  /// How many of some examples an attack breaks.
  func broken(by plan: AttackPlan, on examples: [Int], threat: ThreatModel? = nil) -> Int {
    guard !examples.isEmpty else { return 0 }
    return trial.attempt(
      outcome.plans.named(plan), on: examples, threat: threat ?? self.threat,
      key: key.folding("check")
    ).broken.count
  }

  /// How much too high a probe shows the robust accuracy to be, at least; nil if that is no more
  /// than stronger attacks find on sound models, too.
  ///
  /// - Parameters:
  ///   - broken: those of some examples that withstood the attacks, but not the probe.
  ///   - all: how many withstood them in all; nil for those that are robust.
  func excess(_ broken: Int, of examples: Int, amongAll all: Int? = nil) -> Excess? {
    let standing = all ?? outcome.standing.count
    return Excess(
      broken: broken, of: examples,
      robustAccuracy: Double(standing) / Double(outcome.examples.count))
  }

  /// Whether a weaker attack found more than a lucky few among some examples.
  func isMoreThanLuck(_ missed: Int, of examples: Int) -> Bool {
    missed >= 3 && 100 * missed > examples
  }

  func finding(_ code: String, _ message: String) -> Report.Finding {
    Report.Finding(
      code: code, severity: .invalid, checkpoint: path, epsilon: threat.epsilon,
      message: "\(path) at ε \(Figures.epsilon(threat.epsilon)): \(message)")
  }
}

extension [AttackPlan] {
  var followGradients: Bool { contains { $0.kind != .blackBox } }

  /// A plan under the name of one of these with the same attack, if there is one: programs are made
  /// once for every name.
  func named(_ plan: AttackPlan) -> AttackPlan {
    let equal = first {
      type(of: $0.attack).name == type(of: plan.attack).name && $0.targets == plan.targets
        && $0.attack.configuration == plan.attack.configuration
    }
    return AttackPlan(
      plan.attack, restarts: plan.restarts, targets: plan.targets,
      name: equal?.name ?? "check \(plan.configuration.text)")
  }
}
