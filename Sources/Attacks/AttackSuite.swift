public import Configurations
internal import Suggestions

/// Attacks that are tried together: an example is robust if none of them succeeded.
public struct AttackSuite: Sendable {
  /// The name under which the joint figure stands.
  public let name: String
  public let plans: [AttackPlan]

  /// What a suite's name stands for, and one line for the help.
  public static let catalog: [(name: String, attacks: String, summary: String)] = [
    ("quick", "fgsm+pgd+apgd-ce:steps=10", "fgsm, pgd and a short apgd-ce, for CI"),
    (
      "standard", "apgd-ce+apgd-t+square",
      "apgd-ce, apgd-t and square, each on what still stands; for figures to publish"
    ),
  ]

  public static var names: [String] { catalog.map(\.name) }

  /// Reads the name of a suite, or attacks joined by `+`, such as
  /// `fgsm+pgd:steps=40,step-size=0.01`.
  public init(_ text: String) throws(ConfigurationError) {
    name = text
    let attacks = Self.catalog.first { $0.name == text }?.attacks ?? text
    var plans: [AttackPlan] = []
    for part in attacks.split(separator: "+", omittingEmptySubsequences: false) {
      let attack = part.prefix { $0 != ":" }
      guard AttackCatalog.training.contains(where: { $0.name == attack }) else {
        let names = AttackCatalog.names + Self.names
        throw .invalid(
          place: "attack",
          "\(String(attack).quoted) is unknown; "
            + Suggestion.hint(for: String(attack), among: names))
      }
      let plan = try AttackPlan(String(part))
      if plans.contains(where: { $0.name == plan.name }) {
        throw .invalid(place: "attack", "\(plan.name.quoted) is given twice")
      }
      plans.append(plan)
    }
    self.plans = plans
  }

  /// - Parameter name: nil for the attacks' names.
  public init(_ plans: [AttackPlan], name: String? = nil) {
    self.plans = plans
    self.name = name ?? plans.map(\.name).joined(separator: "+")
  }
}
