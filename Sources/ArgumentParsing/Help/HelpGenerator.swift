/// Writes the help and the usage of a command, laid out as swift-argument-parser does, but for a
/// command's own options, which stand before those that it shares with others.
struct HelpGenerator {
  /// Where descriptions begin, as everywhere in the help.
  private static let descriptionColumn = 26
  /// Of a usage that is longer only the arguments that are required or positional are spelled out.
  private static let usageLimit = 72
  /// Below this width the columns would leave no room; narrower terminals break the lines.
  private static let narrowest = 40

  private let path: CommandPath

  init(_ path: CommandPath) {
    self.path = path
  }

  /// How the command is used, such as `brush paint [--quiet] <picture>`.
  var usage: String {
    let all = usage(of: path.definitions)
    if all.count <= Self.usageLimit { return all }
    return usage(
      of: path.definitions.filter { $0.isRequired || $0.kind == .positional },
      placeholders: ["[<options>]"])
  }

  private func usage(
    of definitions: [ArgumentDefinition], placeholders: [String] = []
  ) -> String {
    let subcommand = path.subcommands.isEmpty ? [] : ["<subcommand>"]
    return ([path.name] + placeholders + definitions.map(\.synopsis) + subcommand)
      .joined(separator: " ")
  }

  func text(width: Int) -> String {
    let width = max(width, Self.narrowest)
    let blocks = [overview.wrapped(to: width), "USAGE: \(usage)"]
    let sections = self.sections.map { $0.text(width: width) }
    return (blocks + sections + [reference]).filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  private var overview: String {
    let configuration = path.current.configuration
    let text = [configuration.abstract, configuration.discussion].filter { !$0.isEmpty }
    return text.isEmpty ? "" : "OVERVIEW: \(text.joined(separator: "\n\n"))"
  }

  private var reference: String {
    guard let root = path.names.first, !path.subcommands.isEmpty else { return "" }
    let command = ([root, "help"] + path.names.dropFirst()).joined(separator: " ")
    return "  See '\(command) <subcommand>' for detailed help."
  }
}

extension HelpGenerator {
  fileprivate struct Row {
    let label: String
    let description: String
    let discussion: String

    func text(width: Int) -> String {
      let margin = "  \(label)"
      var text = margin
      if !description.isEmpty {
        let column = HelpGenerator.descriptionColumn
        let description = description.wrapped(to: width, indent: column)
        text +=
          margin.count < column
          ? String(description.dropFirst(margin.count)) : "\n\(description)"
      }
      return discussion.isEmpty ? text : text + "\n" + discussion.wrapped(to: width, indent: 8)
    }
  }

  private struct Section {
    let title: String
    let rows: [Row]

    func text(width: Int) -> String {
      (["\(title.uppercased()):"] + rows.map { $0.text(width: width) }).joined(separator: "\n")
    }
  }

  /// Positional arguments, the command's own options, the titled groups in the order of
  /// declaration, and the subcommands.
  private var sections: [Section] {
    let definitions = path.definitions + path.builtins
    let untitled = definitions.filter { $0.section == nil }
    var titles: [String] = []
    for title in definitions.compactMap(\.section) where !titles.contains(title) {
      titles.append(title)
    }
    let groups = titles.map { title in
      Section(title: title, rows: definitions.filter { $0.section == title }.map(Row.init))
    }
    let sections =
      [Section(title: "Arguments", rows: untitled.filter { $0.kind == .positional }.map(Row.init))]
      + [Section(title: "Options", rows: untitled.filter { $0.kind != .positional }.map(Row.init))]
      + groups
      + [Section(title: "Subcommands", rows: path.subcommands.map { Row($0.configuration) })]
    return sections.filter { !$0.rows.isEmpty }
  }
}

extension HelpGenerator.Row {
  fileprivate init(_ definition: ArgumentDefinition) {
    label = definition.helpLabel
    description = [definition.help, definition.valuesAndDefault]
      .filter { !$0.isEmpty }.joined(separator: " ")
    discussion = definition.discussion
  }

  fileprivate init(_ configuration: CommandConfiguration) {
    label = configuration.commandName
    description = configuration.abstract
    discussion = ""
  }
}
