public import Attacks
internal import Configurations

/// How a training is watched over, and what is done when its robustness collapses.
///
/// Training with one gradient can overfit to its own attack: the examples that it makes stop
/// fooling the model while an iterative attack fools it as ever (catastrophic overfitting: Wong,
/// Rice & Kolter 2020, section 5.4).
public struct GuardSettings: Sendable {
  public enum Reaction: String, Hashable, Sendable, CaseIterable {
    /// Roll back to the last healthy weights and go on with a stronger attack.
    case heal
    /// End the run.
    case stop
    /// Say it and go on.
    case warn
  }

  public var reaction: Reaction
  /// What the model is probed with after every epoch.
  public var probe: AttackPlan
  /// How many validation examples a probe takes.
  public var examples: Int
  /// By how much the accuracy under the training's own attack may exceed that under the probe.
  public var gap: Double
  /// How often a run may be healed.
  public var healings: Int
  /// How often within an epoch the alignment of gradients is looked at.
  public var checks: Int
  /// By how much the alignment may fall below that of the last probe before the model is probed
  /// again at once.
  public var alignmentDrop: Double

  init(_ object: ConfigurationObject) throws(ConfigurationError) {
    var object = object
    reaction =
      try object.choice("onCollapse", among: Reaction.allCases, named: \.rawValue) ?? .heal
    probe = try Self.plan(
      try object.string("probe") ?? "pgd:steps=10", place: object.place(of: "probe"))
    examples = try object.integer("examples", in: 1...1_000_000) ?? 1000
    gap = try object.number("gap", in: 0...1) ?? 0.06
    healings = try object.integer("healings", in: 0...100) ?? 3
    checks = try object.integer("checks", in: 0...1000) ?? 4
    alignmentDrop = try object.number("alignmentDrop", in: 0...2) ?? 0.1
    try object.finish()
  }

  private static func plan(
    _ text: String, place: String
  ) throws(ConfigurationError) -> AttackPlan {
    let plan = try AttackPlan(text)
    guard plan.kind != .singleStep else {
      throw .invalid(
        place: place, "one step is no evidence of robustness; take pgd, for instance")
    }
    guard plan.restarts == 1, plan.targets == 0 else {
      throw .invalid(
        place: place,
        "the guard makes one attempt on each example, at any class; take pgd, for instance")
    }
    return plan
  }

  var configuration: JSONValue {
    .object([
      "onCollapse": .string(reaction.rawValue), "probe": .string(probe.name),
      "examples": .integer(examples), "gap": .number(gap), "healings": .integer(healings),
      "checks": .integer(checks), "alignmentDrop": .number(alignmentDrop),
    ])
  }
}
