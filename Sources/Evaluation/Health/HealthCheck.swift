internal import Attacks

/// One way in which an evaluation can be wrong, looked for after the attacks.
///
/// After Carlini et al. 2019 (sections 4 and 5), the checks of AutoAttack (Croce & Hein 2020) and
/// the indicators of failure of Pintor et al. 2022. To add one, write a file and a line in
/// ``HealthChecks``.
protocol HealthCheck: Sendable {
  /// The attacks that it tries beside these plans, as far as that is known before them.
  static func probes(beside plans: [AttackPlan], hasOthers: Bool) -> [AttackPlan]

  /// What it finds; empty where nothing is wrong.
  static func findings(_ examination: Examination) -> [Report.Finding]
}

extension HealthCheck {
  static func probes(beside plans: [AttackPlan], hasOthers: Bool) -> [AttackPlan] { [] }
}

/// The checks, in the order of the report.
enum HealthChecks {
  /// Of the model alone, once a checkpoint.
  static var ofModel: [any HealthCheck.Type] {
    [
      Nondeterminism.self,
      ProbabilityOutputs.self,
    ]
  }

  /// Of the attacks, once a checkpoint and radius.
  static var ofAttacks: [any HealthCheck.Type] {
    [
      VanishingGradients.self,
      SingleStepStronger.self,
      MoreStepsHelp.self,
      SaturatedLogits.self,
      QueriesStronger.self,
      TransferStronger.self,
      NoiseStronger.self,
      LargeRadiusFails.self,
    ]
  }

  /// What they try beside the plans of a suite, under the names of their programs.
  ///
  /// - Parameter hasOthers: whether there are other models.
  static func probes(beside plans: [AttackPlan], hasOthers: Bool) -> [AttackPlan] {
    ofAttacks.flatMap { $0.probes(beside: plans, hasOthers: hasOthers) }.map { plans.named($0) }
  }
}
