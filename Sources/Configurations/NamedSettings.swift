internal import Suggestions

/// A name with settings as it is typed on a command line: `pgd:steps=40,step-size=0.01`.
public struct NamedSettings {
  public let name: String
  private let place: String
  private var values: [String: JSONValue]
  /// The name with the settings in the order of their keys.
  public let canonical: String

  /// - Parameters:
  ///   - kind: what is named, for errors.
  ///   - nameKey: the key under which configurations have the name.
  public init(_ text: String, kind: String, nameKey: String) throws(ConfigurationError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    name = String(parts[0])
    values = [nameKey: .string(name)]
    place = "\(kind) \(name)"
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
    canonical = settings.isEmpty ? name : name + ":" + settings.sorted().joined(separator: ",")
  }

  /// The settings as a configuration has them, the name among them.
  public var object: ConfigurationObject {
    get throws(ConfigurationError) { try ConfigurationObject(.object(values), place: place) }
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
