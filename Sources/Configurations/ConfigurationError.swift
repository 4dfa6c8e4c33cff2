internal import Suggestions

/// What is wrong with a configuration. The place is the file and the path of keys in it.
public enum ConfigurationError: Error, Hashable, CustomStringConvertible {
  /// The text is not JSON.
  case syntax(String, String)
  case unknownKey(String, place: String, known: [String])
  case missingKey(String, place: String)
  case wrongType(place: String, expected: String, found: String)
  /// A value of the right type that is not allowed.
  case invalid(place: String, String)

  public var description: String {
    switch self {
    case .syntax(let source, let reason):
      "\(source): \(reason)"
    case .unknownKey(let key, let place, let known):
      "\(place): unknown key \(key.quoted); \(Suggestion.hint(for: key, among: known))"
    case .missingKey(let key, let place):
      "\(place): the key '\(key)' is missing"
    case .wrongType(let place, let expected, let found):
      "\(place): \(expected) is needed, not \(found)"
    case .invalid(let place, let reason):
      "\(place): \(reason)"
    }
  }
}
