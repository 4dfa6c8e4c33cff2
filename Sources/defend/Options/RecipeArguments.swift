public import ArgumentParsing
internal import Attacks
internal import Configurations
internal import Networks
public import Training

/// An attack to train against.
struct TrainingAttackArgument: ExpressibleByArgument {
  let plan: AttackPlan

  static var argumentFormat: ArgumentFormat<Self> {
    .named("attack", \.plan.name) { text throws(ConfigurationError) in
      let plan = try AttackPlan(text, among: AttackCatalog.training)
      try Adversary.check(plan, place: "attack")
      return Self(plan: plan)
    }
  }
}

struct ObjectiveArgument: ExpressibleByArgument {
  let objective: any Objective

  static var argumentFormat: ArgumentFormat<Self> {
    .named(
      "objective", { type(of: $0.objective).name },
      read: { text throws(ConfigurationError) in
        Self(objective: try ObjectiveCatalog.objective(text))
      })
  }
}

struct OptimizerArgument: ExpressibleByArgument {
  let optimizer: any Optimizer

  static var argumentFormat: ArgumentFormat<Self> {
    .named(
      "optimizer", { type(of: $0.optimizer).type },
      read: { text throws(ConfigurationError) in
        Self(optimizer: try OptimizerCatalog.optimizer(text))
      })
  }
}

struct ScheduleArgument: ExpressibleByArgument {
  let schedule: LearningRateSchedule

  static var argumentFormat: ArgumentFormat<Self> {
    .named(
      "schedule", { $0.schedule.configuration.text },
      read: { text throws(ConfigurationError) in
        Self(schedule: try LearningRateSchedule(text))
      })
  }
}

extension GuardSettings.Reaction: ExpressibleByArgument {}

extension ArgumentFormat {
  /// What is named with settings, such as `pgd:steps=7`.
  ///
  /// - Parameter kind: what is named, as errors have it.
  fileprivate static func named(
    _ kind: String, _ write: @escaping @Sendable (Value) -> String,
    read: @escaping @Sendable (String) throws(ConfigurationError) -> Value
  ) -> Self {
    Self(
      write: write,
      read: { text throws(ValidationError) in
        do throws(ConfigurationError) {
          return try read(text)
        } catch {
          throw ValidationError(error.asOption(kind))
        }
      })
  }
}

extension ConfigurationError {
  /// Behind the name of an option and its value, which say already what is unknown.
  func asOption(_ kind: String) -> String {
    guard case .invalid(let place, let reason) = self else { return description }
    let isName = place == kind || place.hasPrefix(kind + " ") && place.hasSuffix(": type")
    return isName ? reason : description
  }
}
