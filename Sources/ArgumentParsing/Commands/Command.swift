/// A node of a tool's tree of commands: a `ParsableCommand`, which runs, or a `CommandGroup`,
/// which only holds further commands.
///
/// Conform to one of those two, never to `Command` alone.
public protocol Command: Sendable {
  /// What the command is called and how its help describes it.
  static var configuration: CommandConfiguration { get }
}

extension Command {
  /// Reads a command line with this command as the root of the tool.
  ///
  /// - Parameters:
  ///   - arguments: the words of the command line without the program's own name.
  ///   - width: the columns that help is wrapped to.
  /// - Returns: the command to run, or the text that was asked for. Nothing is printed.
  /// - Throws: `UsageError` when the words do not fit the declarations.
  public static func parse(
    _ arguments: some Sequence<String>, width: Int = 80
  ) throws(UsageError) -> ParseResult {
    try CommandParser(root: self, width: width).parse(Array(arguments))
  }

  /// The help of this command as the root of the tool, wrapped to `width` columns.
  public static func helpMessage(width: Int = 80) -> String {
    HelpGenerator(CommandPath(root: self)).text(width: width)
  }
}
