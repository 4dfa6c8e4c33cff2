extension ArgumentError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownOption(let name, let suggestion):
      "Unknown option '\(name)'" + Self.question(suggestion)
    case .unexpectedArguments(let words, let suggestion) where words.count == 1:
      "Unexpected argument '\(words[0])'" + Self.question(suggestion)
    case .unexpectedArguments(let words, _):
      "\(words.count) unexpected arguments: '\(words.joined(separator: "', '"))'"
    case .unexpectedValue(let value, let flag):
      "The option '\(flag)' does not take any value, but '\(value)' was specified."
    case .missingValue(let definition, let typed, let word):
      "Missing value for '\(definition.label(typed: typed))'" + (word.map { " in '\($0)'" } ?? "")
    case .missingArgument(let definition):
      "Missing expected argument '\(definition.repeatedLabel)'"
    case .invalidValue(let value, let definition, let typed, let reason):
      "The value '\(value)' is invalid for '\(definition.label(typed: typed))'"
        + Self.explanation(reason: reason, values: definition.values)
    case .invalid(let error):
      error.message
    }
  }

  /// The offending argument and its help, such as `--width <mm>  How wide a stroke is.`
  var helpLine: String? {
    switch self {
    case .missingValue(let definition, let typed as String?, _),
      .invalidValue(_, let definition, let typed, _):
      Self.helpLine(definition, typed: typed)
    case .missingArgument(let definition):
      Self.helpLine(definition, typed: nil)
    case .unknownOption, .unexpectedArguments, .unexpectedValue, .invalid:
      nil
    }
  }

  private static func helpLine(_ definition: ArgumentDefinition, typed: String?) -> String {
    [definition.label(typed: typed), definition.help]
      .filter { !$0.isEmpty }.joined(separator: "  ")
  }

  private static func question(_ suggestion: String?) -> String {
    suggestion.map { ". Did you mean '\($0)'?" } ?? ""
  }

  private static func explanation(reason: String?, values: [String]) -> String {
    if let reason { return ": \(reason)" }
    let quoted = values.map { "'\($0)'" }
    guard let last = quoted.last else { return "" }
    if quoted.count == 1 { return ". Please provide \(last)." }
    return ". Please provide one of \(quoted.dropLast().joined(separator: ", ")) or \(last)."
  }
}
