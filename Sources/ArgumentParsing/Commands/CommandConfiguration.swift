/// What a command is called and how its help describes it.
public struct CommandConfiguration: Hashable, Sendable {
  /// The word that calls the command; for the root, the name of the tool.
  public let commandName: String
  /// One sentence, shown as the overview and in the parent's list of subcommands.
  public let abstract: String
  /// Further paragraphs below the abstract.
  public let discussion: String
  /// What `--version` answers. Only the root's is used; an empty one removes the option.
  public let version: String

  public init(
    commandName: String, abstract: String = "", discussion: String = "", version: String = ""
  ) {
    precondition(
      !commandName.isEmpty && !commandName.hasPrefix("-"),
      "'\(commandName)' cannot be the name of a command")
    self.commandName = commandName
    self.abstract = abstract
    self.discussion = discussion
    self.version = version
  }
}
