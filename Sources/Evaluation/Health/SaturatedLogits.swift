internal import Attacks
internal import Autodiff
internal import Configurations
internal import Networks

/// The cross-entropy of large logits has no resolution left in float32: where one is 17 above the
/// others, 1 minus its probability is rounded to 0, and with it what would lower it. So such
/// examples are attacked again on logits that are scaled down to a largest value of 10 (Carlini &
/// Wagner 2017, section 4; the reason for the ratio loss of Croce & Hein 2020).
enum SaturatedLogits: HealthCheck {
  static func findings(_ examination: Examination) -> [Report.Finding] {
    guard !examination.iterativePlans.isEmpty else { return [] }
    let examples = examination.standing
    let saturated = examples.filter { examination.trial.margin($0) > 17 }
    let broken = examination.broken(by: AttackPlan(ScaledLogitsPGD()), on: saturated)
    guard let excess = examination.excess(broken, of: examples.count) else { return [] }
    return [
      examination.finding(
        "saturated-logits",
        "pgd on logits scaled down to 10 breaks \(broken) of \(examples.count) examples that "
          + "withstood the attacks, so \(excess.description); the cross-entropy cannot resolve "
          + "logits so large, so evaluate with apgd-t.")
    ]
  }
}

extension Trial {
  /// How far the largest logit of an example is above the next one.
  fileprivate func margin(_ example: Int) -> Float {
    let classes = model.classCount
    let sorted = answers.logits[example * classes..<(example + 1) * classes].sorted(by: >)
    return sorted[0] - sorted[1]
  }
}

/// Projected gradient descent on the cross-entropy of scaled logits.
private struct ScaledLogitsPGD: Attack {
  static let name = "scaled-logits"
  static let summary = "pgd on scaled logits"
  static let kind = AttackKind.iterative
  let steps = 20
  let configuration: [String: JSONValue] = [:]

  init() {}
  init(_ object: inout ConfigurationObject) throws(ConfigurationError) {}

  func start(_ problem: AttackProblem) -> AttackState {
    AttackState(images: problem.randomStart())
  }

  func step(_ state: AttackState, _ problem: AttackProblem) -> AttackState {
    let allowed = problem.allowed
    let logits = problem.logits(of: state.images)
    let largest = logits.absolute().max([1]).stopGradient().reshaped(to: [.batch, 1])
    let factor = Expression.minimum(10 / largest, allowed.images.graph.fill(1))
    let loss = (logits * factor).softmaxCrossEntropy(labels: problem.labels)
    let direction = allowed.steepest(loss.gradient(withRespectTo: state.images))
    return AttackState(
      images: allowed.projecting(state.images + 0.125 * allowed.epsilon * direction))
  }
}
