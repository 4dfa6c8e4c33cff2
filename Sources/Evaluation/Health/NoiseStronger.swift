internal import Attacks

/// Noise of the same size must not find what the attacks miss (Carlini et al. 2019, section 5.1).
enum NoiseStronger: HealthCheck {
  static func findings(_ examination: Examination) -> [Report.Finding] {
    let outcome = examination.outcome
    let missed = outcome.brokenByNoise.count { outcome.isRobust[$0] }
    let standing = outcome.standing.count
    guard examination.isMoreThanLuck(missed, of: standing) else { return [] }
    return [
      examination.finding(
        "noise-stronger",
        "random noise breaks \(missed) of \(standing) examples that withstood the attacks, so the "
          + "attacks do not work on this model; evaluate with the suite standard.")
    ]
  }
}
