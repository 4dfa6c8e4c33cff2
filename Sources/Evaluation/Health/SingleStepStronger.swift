internal import Attacks

/// An iterative attack that does not find what a single step finds follows misleading gradients
/// (Athalye et al. 2018, section 3.1; Carlini et al. 2019, section 5.2).
enum SingleStepStronger: HealthCheck {
  static func findings(_ examination: Examination) -> [Report.Finding] {
    let outcome = examination.outcome
    var (single, iterative) = (Set<Int>(), Set<Int>())
    for (plan, attempt) in zip(outcome.plans, outcome.attempts) {
      switch plan.kind {
      case .singleStep: single.formUnion(attempt.broken)
      case .iterative: iterative.formUnion(attempt.broken)
      case .blackBox: break
      }
    }
    guard !examination.iterativePlans.isEmpty else { return [] }
    let missed = single.subtracting(iterative).count
    guard examination.isMoreThanLuck(missed, of: outcome.examples.count) else { return [] }
    return [
      examination.finding(
        "iterative-weaker",
        "a single step breaks \(missed) examples that no iterative attack breaks, so the gradients "
          + "mislead the attacks; evaluate with more steps or restarts, or with the suite "
          + "standard.")
    ]
  }
}
