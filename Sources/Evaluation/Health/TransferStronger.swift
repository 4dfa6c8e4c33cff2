internal import Attacks
internal import Autodiff

/// Examples crafted on another model must not find what the model's own gradients miss (Carlini et
/// al. 2019, section 5.3).
enum TransferStronger: HealthCheck {
  private static var probe: AttackPlan { AttackPlan(literal: "pgd:steps=20") }

  static func probes(beside plans: [AttackPlan], hasOthers: Bool) -> [AttackPlan] {
    plans.followGradients && hasOthers ? [probe] : []
  }

  static func findings(_ examination: Examination) -> [Report.Finding] {
    let examples = examination.standing
    guard !examples.isEmpty, examination.followsGradients else { return [] }
    let plan = examination.outcome.plans.named(probe)
    return examination.others.compactMap { other in
      var broken = 0
      other.trial.craft(
        plan, on: examples, threat: examination.threat, key: examination.key.folding("check")
      ) { tasks, images in
        broken += zip(
          tasks,
          examination.trial.verifier.verdicts(
            on: images, of: tasks, dataset: examination.trial.dataset,
            threat: examination.threat)
        ).count { $1.isAllowed && $1.prediction != $0.label }
      }
      guard let excess = examination.excess(broken, of: examples.count) else { return nil }
      return examination.finding(
        "transfer-stronger",
        "examples made on \(other.path) break \(broken) of \(examples.count) that withstood the "
          + "attacks on the model itself, so \(excess.description); the model masks its "
          + "gradients, so judge it by transfer and by square.")
    }
  }
}
