internal import Attacks

/// Queries alone must not find what gradients miss (Carlini et al. 2019, section 5.2; AutoAttack's
/// check of Square).
enum QueriesStronger: HealthCheck {
  // Most of what square finds on a model with masked gradients it finds in the first queries.
  private static var probe: AttackPlan { AttackPlan(literal: "square:queries=100") }

  static func probes(beside plans: [AttackPlan], hasOthers: Bool) -> [AttackPlan] {
    plans.followGradients && !plans.contains { $0.kind == .blackBox } ? [probe] : []
  }

  static func findings(_ examination: Examination) -> [Report.Finding] {
    guard examination.followsGradients else { return [] }
    let outcome = examination.outcome
    let own = zip(outcome.plans, outcome.attempts).filter { $0.0.kind == .blackBox }
    let (broken, tried, excess, name): (Int, Int, Excess?, String)
    if own.isEmpty {
      let examples = examination.standing
      (broken, tried) = (examination.broken(by: probe, on: examples), examples.count)
      excess = examination.excess(broken, of: tried)
      name = "square with 100 queries"
    } else {
      broken = own.reduce(0) { $0 + $1.1.broken.count }
      tried = own.map(\.1.tried.count).max()!
      excess = examination.excess(broken, of: tried, amongAll: tried)
      name = own.map(\.0.name).joined(separator: " and ")
    }
    guard let excess else { return [] }
    return [
      examination.finding(
        "black-box-stronger",
        "\(name) breaks \(broken) of \(tried) examples that withstood the attacks with gradients, "
          + "by which \(excess.description); the model masks its gradients, so judge it by square "
          + "with thousands of queries and by transfer.")
    ]
  }
}
