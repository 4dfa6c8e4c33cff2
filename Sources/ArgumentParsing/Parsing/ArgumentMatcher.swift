internal import Suggestions

/// Gives every word of a command line to the declared argument it belongs to.
///
/// A word that begins with a dash is a name, except a lone `-`, a negative number (no name begins
/// with a digit), and everything after `--`. A name is never taken for the value of another.
struct ArgumentMatcher {
  private let definitions: [ArgumentDefinition]
  private var words: ArraySlice<String> = []
  private var positionals: [String] = []
  private var matched = MatchedArguments()

  init(_ definitions: [ArgumentDefinition]) {
    self.definitions = definitions
  }

  func match(_ words: [String]) throws(ArgumentError) -> MatchedArguments {
    var matcher = self
    matcher.words = words[...]
    while let word = matcher.words.popFirst() {
      if word == "--" {
        matcher.positionals += matcher.words
        break
      } else if !Self.isName(word) {
        matcher.positionals.append(word)
      } else if word.hasPrefix("--") {
        try matcher.matchLongName(word)
      } else {
        try matcher.matchShortNames(word)
      }
    }
    try matcher.matchPositionals()
    return matcher.matched
  }

  static func isName(_ word: String) -> Bool {
    guard word.first == "-", let second = word.dropFirst().first else { return false }
    return !"0123456789.".contains(second)
  }

  private mutating func matchLongName(_ word: String) throws(ArgumentError) {
    let (name, value) = Self.split(word)
    guard let definition = definitions.first(where: { $0.longName == name }) else {
      throw .unknownOption(name, suggestion: suggestion(for: name))
    }
    try take(definition, typed: name, value: value)
  }

  /// A dash and letters: flags, of which the last may be an option that takes a value.
  private mutating func matchShortNames(_ word: String) throws(ArgumentError) {
    let (names, value) = Self.split(word)
    let letters = names.dropFirst()
    for (place, letter) in zip(letters.indices, letters) {
      let name = "-\(letter)"
      guard let definition = definitions.first(where: { $0.shortName == name }) else {
        throw .unknownOption(name, suggestion: nil)
      }
      let isLast = letters.index(after: place) == letters.endIndex
      if definition.kind == .option && !isLast {
        throw .missingValue(definition, typed: name, word: word)
      }
      try take(definition, typed: name, value: isLast ? value : nil)
    }
  }

  private mutating func take(
    _ definition: ArgumentDefinition, typed name: String, value: String?
  ) throws(ArgumentError) {
    switch (definition.kind, value) {
    case (.flag, nil):
      matched.append("", typed: name, to: definition)
    case (.flag, let value?):
      throw .unexpectedValue(value, flag: name)
    case (_, let value?) where !value.isEmpty:
      matched.append(value, typed: name, to: definition)
    case (_, nil):
      guard let next = words.first, !Self.isName(next) else { fallthrough }
      words.removeFirst()
      matched.append(next, typed: name, to: definition)
    default:
      throw .missingValue(definition, typed: name, word: nil)
    }
  }

  private mutating func matchPositionals() throws(ArgumentError) {
    var rest = positionals[...]
    for definition in definitions where definition.kind == .positional {
      for word in rest.prefix(definition.isRepeating ? rest.count : 1) {
        matched.append(word, typed: nil, to: definition)
        rest.removeFirst()
      }
    }
    if !rest.isEmpty {
      throw .unexpectedArguments(Array(rest), suggestion: nil)
    }
  }

  private func suggestion(for name: String) -> String? {
    let names = definitions.filter { $0.kind != .positional }.map(\.name)
    return Suggestion.closest(to: String(name.dropFirst(2)), among: names).map { "--\($0)" }
  }

  /// The parts before and after the first `=`.
  private static func split(_ word: String) -> (name: String, value: String?) {
    guard let sign = word.firstIndex(of: "=") else { return (word, nil) }
    return (String(word[..<sign]), String(word[word.index(after: sign)...]))
  }
}
