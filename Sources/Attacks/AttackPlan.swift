public import Configurations
internal import Suggestions

/// An attack as a user names it: with its settings, how often it begins anew, and towards how many
/// classes it is led.
public struct AttackPlan: Sendable {
  public let attack: any Attack
  /// How many starts are tried, each with other random numbers (and for each class).
  public let restarts: Int
  /// Towards how many of the most probable wrong classes it is led, one after the other; 0 leads
  /// away from the true class.
  public let targets: Int
  /// The name with the settings that were given, such as `pgd:restarts=5,steps=40`.
  public let name: String

  /// Reads `"name"`, `"restarts"`, `"targets"` and the attack's own keys, strictly.
  public init(
    _ object: ConfigurationObject, among attacks: [any Attack.Type] = AttackCatalog.all
  ) throws(ConfigurationError) {
    var object = object
    let type = try object.required("name", object.choice("name", among: attacks) { $0.name })
    restarts = try object.integer("restarts", in: 1...1_000_000) ?? 1
    targets = try object.integer("targets", in: 0...1000) ?? type.defaultTargets
    attack = try type.init(&object)
    try object.finish()
    name = type.name
  }

  /// Reads a text such as `pgd:steps=40,step-size=0.01`.
  public init(
    _ text: String, among attacks: [any Attack.Type] = AttackCatalog.all
  ) throws(ConfigurationError) {
    let settings = try NamedSettings(text, kind: "attack", nameKey: "name")
    let names = attacks.map { $0.name }
    guard names.contains(settings.name) else {
      throw .invalid(
        place: "attack",
        AttackCatalog.training.contains { $0.name == settings.name }
          ? "\(settings.name.quoted) leaves the ball: it trains models, and is no evidence"
          : "\(settings.name.quoted) is unknown; "
            + Suggestion.hint(for: settings.name, among: names))
    }
    let plan = try AttackPlan(settings.object, among: attacks)
    self.init(
      plan.attack, restarts: plan.restarts, targets: plan.targets, name: settings.canonical)
  }

  /// - Parameter name: nil for the attack's own.
  public init(
    _ attack: any Attack, restarts: Int = 1, targets: Int? = nil, name: String? = nil
  ) {
    self.attack = attack
    self.restarts = restarts
    self.targets = targets ?? type(of: attack).defaultTargets
    self.name = name ?? type(of: attack).name
  }

  public var kind: AttackKind { type(of: attack).kind }

  /// The most gradients or queries that it takes of one example.
  public var costPerExample: Int { attack.steps * restarts * max(1, targets) }

  /// Every value spelled out.
  public var configuration: JSONValue {
    .object(
      attack.configuration.merging([
        "name": .string(type(of: attack).name), "restarts": .integer(restarts),
        "targets": .integer(targets),
      ]) { $1 })
  }
}
