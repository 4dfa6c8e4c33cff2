/// What is wrong with a configuration. The place is the file and the path of keys in it.
public enum ConfigurationError: Error, Hashable, CustomStringConvertible {
  /// The text is not JSON.
  case syntax(String, String)
  case unknownKey(String, place: String, nearest: String?, known: [String])
  case missingKey(String, place: String)
  case wrongType(place: String, expected: String, found: String)
  /// A value of the right type that is not allowed.
  case invalid(place: String, String)

  public var description: String {
    switch self {
    case .syntax(let source, let reason):
      return "\(source): \(reason)"
    case .unknownKey(let key, let place, let nearest, let known):
      let hint =
        nearest.map { "did you mean '\($0)'?" }
        ?? "known are \(known.sorted().map { "'\($0)'" }.joined(separator: ", "))"
      return "\(place): unknown key '\(key)'; \(hint)"
    case .missingKey(let key, let place):
      return "\(place): the key '\(key)' is missing"
    case .wrongType(let place, let expected, let found):
      return "\(place): \(expected) is needed, not \(found)"
    case .invalid(let place, let reason):
      return "\(place): \(reason)"
    }
  }
}
