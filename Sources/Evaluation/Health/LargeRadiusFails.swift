internal import Attacks
internal import Datasets
internal import Networks

/// In a ball that holds a grey image for every example an attack that works leaves no more than
/// chance (Carlini et al. 2019, section 5.6).
enum LargeRadiusFails: HealthCheck {
  static func findings(_ examination: Examination) -> [Report.Finding] {
    let correct = examination.trial.answers.isCorrect
    let examples = examination.sample(correct.indices.filter { correct[$0] })
    guard let plan = examination.iterativePlans.max(by: { $0.attack.steps < $1.attack.steps }),
      !examples.isEmpty
    else { return [] }
    let pixels = Double(examination.trial.dataset.imageSize)
    let epsilon = examination.threat.norm == .linf ? 0.5 : 0.5 * pixels.squareRoot()
    let left =
      examples.count
      - examination.broken(
        by: AttackPlan(plan.attack, targets: plan.targets), on: examples,
        threat: ThreatModel(epsilon: epsilon, norm: examination.threat.norm))
    let chance = Double(examples.count) / Double(examination.trial.model.classCount)
    guard left >= 3, Double(left) > chance else { return [] }
    return [
      Report.Finding(
        code: "large-radius-fails", severity: .invalid, checkpoint: examination.path,
        message:
          "\(examination.path): at ε \(Figures.epsilon(epsilon)), where every image can turn "
          + "grey, \(left) of \(examples.count) examples still withstand \(plan.name), so it does "
          + "not work on this model; evaluate with the suite standard.")
    ]
  }
}
