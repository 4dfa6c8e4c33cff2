internal import Attacks

/// What heals a training that collapsed: stronger attacks, one after the other.
///
/// A second gradient, taken at another place in the ball, is what makes the difference. Measured on
/// MNIST, a random start or wider noise before a single gradient collapses as well (``NoisyFGSM`` even
/// sooner than plain FGSM), and the gradient of an alignment penalty costs more than two steps of PGD.
enum Remedy {
  static let ladder = [
    "pgd:steps=2,relative-step=1", "pgd:steps=4,relative-step=0.5",
    "pgd:steps=8,relative-step=0.3",
  ]

  /// A collapse by more than this share of the examples passes over one rung of the ladder.
  static let deepCollapse = 0.4

  /// The next attack of the ladder that takes more gradients than `plan`; nil when there is none.
  ///
  /// - Parameter gap: by how much the accuracy under the training's own attack exceeds that under
  ///   the probe.
  static func next(after plan: AttackPlan, gap: Double) -> AttackPlan? {
    let stronger = ladder.map { text in
      do {
        return try AttackPlan(text)
      } catch {
        preconditionFailure("Remedy: \(error)")
      }
    }.filter { $0.attack.steps > plan.attack.steps }
    return stronger.dropFirst(gap > deepCollapse && stronger.count > 1 ? 1 : 0).first
  }
}
