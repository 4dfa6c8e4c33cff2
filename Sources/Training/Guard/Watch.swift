internal import Attacks
internal import Autodiff
internal import Datasets
internal import Networks

/// What looks at the model on the validation part while it trains.
final class Watch {
  let validation: Dataset
  let alignment: GradientAlignment
  /// Whether there is an adversary to be guarded against.
  let isGuarding: Bool
  private let settings: GuardSettings
  private let labels: Adversary.LabelSource
  private var healthProbe: HealthProbe
  private let makeProbe: (AttackPlan) -> HealthProbe

  init(
    _ validation: Dataset, recipe: Recipe, model: Model, variables: Variables, device: Device
  ) {
    self.validation = validation
    settings = recipe.guarding
    labels = recipe.adversary.labels
    isGuarding = recipe.objective.isAdversarial
    makeProbe = { plan in
      HealthProbe(
        validation, own: plan, recipe: recipe, model: model, variables: variables, device: device)
    }
    healthProbe = makeProbe(recipe.adversary.plan)
    alignment = GradientAlignment(
      validation, epsilon: recipe.adversary.epsilon, model: model, variables: variables,
      device: device, key: RandomKey(seed: UInt64(recipe.seed)).folding("alignment"))
  }

  /// The training goes on with another attack.
  func setOwn(_ plan: AttackPlan) { healthProbe = makeProbe(plan) }

  /// Whether the alignment is to be looked at after a step of an epoch: `checks` times, which part
  /// the epoch evenly; after every step but the last where there are fewer.
  func isCheckDue(step: Int, of count: Int) -> Bool {
    let parts = settings.checks + 1
    return step < count && step * parts / count > (step - 1) * parts / count
  }

  func probe() -> EpochRecord.Probe { healthProbe.run() }

  /// Figures of the same examples that differ in fewer of them are taken for equal: all of five would
  /// fall to one side by chance in 1 of 32 cases.
  private static let leastExamples = 5.0

  /// What is wrong with some figures.
  func alarms(
    _ figures: EpochRecord.Attacked, epoch: Int, step: Int, _ plan: AttackPlan
  ) -> [GuardEvent] {
    func percent(_ share: Double) -> String {
      // Ties go to the even digit, as in every figure that is printed.
      let tenths = Int((1000 * share).rounded(.toNearestOrEven))
      return "\(tenths / 10).\(tenths % 10) %"
    }
    /// Whether the first figure exceeds the second by more than that, and by more than chance. In
    /// numbers of examples, which are whole.
    func exceeds(_ first: Double, _ second: Double, by gap: Double) -> Bool {
      let more = (Double(figures.count) * (first - second)).rounded()
      return more > Double(figures.count) * gap && more >= Self.leastExamples
    }
    var events: [GuardEvent] = []
    if exceeds(figures.ownAccuracy, figures.robustAccuracy, by: settings.gap) {
      events.append(
        GuardEvent(
          .collapse, epoch: epoch, step: step,
          "\(percent(figures.ownAccuracy)) right under \(plan.name), "
            + "\(percent(figures.robustAccuracy)) under \(settings.probe.name)"))
    }
    // Led away from a wrong prediction, an example may well come upon its class.
    if labels == .true, exceeds(figures.ownAccuracy, figures.cleanAccuracy, by: 0) {
      events.append(
        GuardEvent(
          .labelLeaking, epoch: epoch, step: step,
          "\(percent(figures.ownAccuracy)) right under \(plan.name), "
            + "\(percent(figures.cleanAccuracy)) without; labels: predicted is against it"))
    }
    return events
  }
}
