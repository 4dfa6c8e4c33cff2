internal import Attacks

/// An attack that breaks much more when it goes on has not converged (Carlini et al. 2019, section
/// 5.7; Pintor et al. 2022, indicator of non-convergence).
enum MoreStepsHelp: HealthCheck {
  private static func probe(steps: Int) -> AttackPlan {
    AttackPlan(literal: "apgd-ce:steps=\(min(2 * steps, 1000))")
  }

  static func probes(beside plans: [AttackPlan], hasOthers: Bool) -> [AttackPlan] {
    plans.mostSteps.map { [probe(steps: $0)] } ?? []
  }

  static func findings(_ examination: Examination) -> [Report.Finding] {
    let examples = examination.standing
    guard let steps = examination.outcome.plans.mostSteps else { return [] }
    let plan = probe(steps: steps)
    let broken = examination.broken(by: plan, on: examples)
    guard let excess = examination.excess(broken, of: examples.count) else { return [] }
    return [
      examination.finding(
        "more-steps-help",
        "apgd-ce with \(plan.attack.steps) steps breaks \(broken) of \(examples.count) examples "
          + "that withstood attacks of up to \(steps), so \(excess.description); evaluate with more "
          + "steps, or with the suite standard.")
    ]
  }
}

extension [AttackPlan] {
  /// Of those that go step by step.
  fileprivate var mostSteps: Int? { filter { $0.kind == .iterative }.map(\.attack.steps).max() }
}
