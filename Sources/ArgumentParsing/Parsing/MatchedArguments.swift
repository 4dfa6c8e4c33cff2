/// The words of a command line, each given to the declared argument it belongs to, as text.
public struct MatchedArguments: Sendable {
  struct Occurrence: Sendable {
    /// The name as typed; `nil` for a positional argument.
    let typedName: String?
    /// The value as typed; empty for a flag.
    let text: String
  }

  private var occurrences: [String: [Occurrence]] = [:]

  init() {}

  subscript(definition: ArgumentDefinition) -> [Occurrence] {
    occurrences[definition.key] ?? []
  }

  mutating func append(_ text: String, typed name: String?, to definition: ArgumentDefinition) {
    occurrences[definition.key, default: []].append(Occurrence(typedName: name, text: text))
  }
}
