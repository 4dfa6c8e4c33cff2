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
  public init(_ object: ConfigurationObject) throws(ConfigurationError) {
    var object = object
    let type = try object.required(
      "name", object.choice("name", among: AttackCatalog.all) { $0.name })
    restarts = try object.integer("restarts", in: 1...1_000_000) ?? 1
    targets = try object.integer("targets", in: 0...1000) ?? type.defaultTargets
    attack = try type.init(&object)
    try object.finish()
    name = type.name
  }

  /// Reads a text such as `pgd:steps=40,step-size=0.01`.
  public init(_ text: String) throws(ConfigurationError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let attack = String(parts[0])
    guard AttackCatalog.names.contains(attack) else {
      throw .invalid(
        place: "attack",
        "\(attack.quoted) is unknown; \(Suggestion.hint(for: attack, among: AttackCatalog.names))")
    }
    let place = "attack \(attack)"
    var values: [String: JSONValue] = ["name": .string(attack)]
    var settings: [String] = []
    if parts.count == 2 {
      for setting in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
        let pair = setting.split(separator: "=", maxSplits: 1).map(String.init)
        guard pair.count == 2 else {
          throw .invalid(
            place: place, "\(String(setting).quoted) is no setting such as steps=40")
        }
        let key = Self.camelCase(pair[0])
        guard values[key] == nil else {
          throw .invalid(place: place, "\(pair[0].quoted) is given twice")
        }
        values[key] = Self.value(pair[1])
        settings.append("\(pair[0])=\(pair[1])")
      }
    }
    let plan = try AttackPlan(ConfigurationObject(.object(values), place: place))
    self.init(
      plan.attack, restarts: plan.restarts, targets: plan.targets,
      name: settings.isEmpty
        ? plan.name : plan.name + ":" + settings.sorted().joined(separator: ","))
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

  /// Every value spelled out.
  public var configuration: JSONValue {
    .object(
      attack.configuration.merging([
        "name": .string(type(of: attack).name), "restarts": .integer(restarts),
        "targets": .integer(targets),
      ]) { $1 })
  }

  /// `step-size` to `stepSize`, as the keys of configurations are written.
  private static func camelCase(_ key: String) -> String {
    let words = key.split(separator: "-")
    return words.prefix(1).joined()
      + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  private static func value(_ text: String) -> JSONValue {
    if let integer = Int(text) { return .integer(integer) }
    if let number = Double(text), number.isFinite { return .number(number) }
    return Bool(text).map { .boolean($0) } ?? .string(text)
  }
}
