/// One declared argument without its type: what help, usage and completion need to know.
public struct ArgumentDefinition: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// Found by its place.
    case positional
    /// Found by its name, and takes a value.
    case option
    /// Found by its name, and takes none.
    case flag
  }

  public let kind: Kind
  /// The long name without dashes; of a positional argument, its value's name.
  public let name: String
  /// The letter of the short name.
  public let abbreviation: Character?
  /// What the value is called in help and usage. Flags leave it empty.
  public let valueName: String
  public let help: String
  public let discussion: String
  /// The accepted values where they are a closed list; otherwise empty.
  public let values: [String]
  /// The default as it would be typed; empty where there is none to show.
  public let defaultDescription: String
  public let isRequired: Bool
  public let isRepeating: Bool
  /// The title of the option group that the argument belongs to.
  public internal(set) var section: String?

  init(
    _ kind: Kind, name: String, abbreviation: Character? = nil, valueName: String = "",
    help: String, discussion: String, values: [String] = [], defaultDescription: String = "",
    isRequired: Bool = false, isRepeating: Bool = false
  ) {
    precondition(
      !name.isEmpty && !name.hasPrefix("-") && !name.contains("="),
      "'\(name)' cannot be the name of an argument: give it without dashes")
    precondition(
      abbreviation?.isLetter ?? true, "The abbreviation of '--\(name)' has to be a letter")
    self.kind = kind
    self.name = name
    self.abbreviation = abbreviation
    self.valueName = valueName
    self.help = help
    self.discussion = discussion
    self.values = values
    self.defaultDescription = defaultDescription
    self.isRequired = isRequired
    self.isRepeating = isRepeating
  }
}

extension ArgumentDefinition {
  /// The name as typed, such as `--width`; a positional argument has none.
  public var longName: String? {
    kind == .positional ? nil : "--\(name)"
  }

  /// The short name as typed, such as `-w`.
  public var shortName: String? {
    abbreviation.map { "-\($0)" }
  }

  /// What tells the argument from the others of its command, such as `--width` or `<picture>`.
  var key: String { longName ?? "<\(name)>" }

  /// The argument as messages name it, such as `--width <mm>` or `<picture>`.
  ///
  /// - Parameter typed: the name that was typed; without one, the long name.
  func label(typed: String? = nil) -> String {
    [typed ?? longName, kind == .flag ? nil : "<\(valueName)>"]
      .compactMap { $0 }.joined(separator: " ")
  }

  /// The argument in the list of its command's help, such as `-w, --width <mm>`.
  var helpLabel: String {
    label(typed: longName.map { [shortName, $0].compactMap { $0 }.joined(separator: ", ") })
  }

  /// The argument in its command's usage, such as `[--layer <layer> ...]`.
  var synopsis: String {
    isRequired ? repeatedLabel : "[\(repeatedLabel)]"
  }

  /// The label, followed by dots where the argument may be given several times.
  var repeatedLabel: String {
    label() + (isRepeating ? " ..." : "")
  }

  /// The accepted values and the default, such as `(values: red, blue; default: red)`.
  var valuesAndDefault: String {
    let parts = [
      values.isEmpty ? "" : "values: \(values.joined(separator: ", "))",
      defaultDescription.isEmpty ? "" : "default: \(defaultDescription)",
    ].filter { !$0.isEmpty }
    return parts.isEmpty ? "" : "(\(parts.joined(separator: "; ")))"
  }
}

extension ArgumentDefinition {
  static let showHelp = ArgumentDefinition(
    .flag, name: "help", abbreviation: "h", help: "Show help information.", discussion: "")

  static let showVersion = ArgumentDefinition(
    .flag, name: "version", help: "Show the version.", discussion: "")
}
