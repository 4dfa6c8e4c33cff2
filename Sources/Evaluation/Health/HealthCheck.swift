/// One way in which an evaluation can be wrong, looked for after the attacks.
///
/// After Carlini et al. 2019 (sections 4 and 5), the checks of AutoAttack (Croce & Hein 2020) and
/// the indicators of failure of Pintor et al. 2022. To add one, write a file and a line in
/// ``HealthChecks``.
protocol HealthCheck: Sendable {
  /// What it finds; empty where nothing is wrong.
  static func findings(_ examination: Examination) -> [Report.Finding]
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
}
