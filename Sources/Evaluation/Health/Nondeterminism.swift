internal import Datasets

/// The same images, in another order and in batches of another size, must give the same logits, bit
/// for bit: a randomised model cannot be judged by one pass (Carlini et al. 2019, section 5.4;
/// AutoAttack's check for randomised defenses).
enum Nondeterminism: HealthCheck {
  static func findings(_ examination: Examination) -> [Report.Finding] {
    let trial = examination.trial
    let examples = examination.sample(Array(0..<trial.dataset.count))
    let forward = trial.logits(of: examples)
    let backward = trial.logits(of: examples.reversed())
    let differing = zip(forward, backward.reversed()).count {
      !zip($0, $1).allSatisfy { $0.bitPattern == $1.bitPattern }
    }
    let unconfirmed = examination.unconfirmed
    guard differing > 0 || unconfirmed > 0 else { return [] }
    let figure =
      differing > 0
      ? "it gave other logits for \(differing) of \(examples.count) images when they came in "
        + "another order"
      : "\(unconfirmed) examples that fooled it were answered rightly in a second pass"
    return [
      Report.Finding(
        code: "randomised-model", severity: .invalid, checkpoint: examination.path,
        message: "\(examination.path) does not always answer the same image the same way: "
          + "\(figure), so the figures measure luck; switch dropout and noise off.")
    ]
  }
}
