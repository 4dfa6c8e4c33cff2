public import Configurations
internal import Suggestions

/// What training makes small, as expressions over a batch.
///
/// To add an objective, write one file in `Objectives/` and one line in ``ObjectiveCatalog``.
public protocol Objective: Sendable {
  /// The name in recipes and on the command line.
  static var name: String { get }
  /// One line for the help.
  static var summary: String { get }

  /// Reads the objective's own keys.
  init(_ object: inout ConfigurationObject) throws(ConfigurationError)

  /// The keys that `init` reads, with their values.
  var configuration: [String: JSONValue] { get }

  /// Whether it has to do with an adversary at all.
  var isAdversarial: Bool { get }

  /// How many steps are taken on each batch before the next one.
  var replays: Int { get }

  /// Sets the share of the adversarial loss in 0…1.
  ///
  /// - Returns: false where the objective has no such share.
  mutating func setRatio(_ ratio: Double) -> Bool

  /// Whether the objective can be had against an adversary.
  ///
  /// - Parameter place: of the adversary's keys, for the error.
  func check(_ adversary: Adversary, place: String) throws(ConfigurationError)

  func loss(_ problem: TrainingProblem) -> TrainingLoss
}

extension Objective {
  public var isAdversarial: Bool { true }
  public var replays: Int { 1 }
  public mutating func setRatio(_ ratio: Double) -> Bool { false }
  public func check(_ adversary: Adversary, place: String) throws(ConfigurationError) {}
}

/// The objectives that can be named.
public enum ObjectiveCatalog {
  public static let all: [any Objective.Type] = [
    Mixed.self,
    TRADES.self,
    MART.self,
    GradAlign.self,
    Free.self,
  ]

  public static var names: [String] { all.map { $0.name } }

  /// Reads a text such as `trades:beta=6`.
  public static func objective(_ text: String) throws(ConfigurationError) -> any Objective {
    let settings = try NamedSettings(text, kind: "objective", nameKey: "objective")
    guard names.contains(settings.name) else {
      throw .invalid(
        place: "objective",
        "\(settings.name.quoted) is unknown; \(Suggestion.hint(for: settings.name, among: names))")
    }
    var object = try settings.object
    let objective = try objective(in: &object)
    try object.finish()
    return objective
  }

  /// Reads `"objective"` and the objective's own keys among others.
  static func objective(
    in object: inout ConfigurationObject
  ) throws(ConfigurationError) -> any Objective {
    try (object.choice("objective", among: all) { $0.name } ?? Mixed.self).init(&object)
  }
}
