internal import Suggestions

/// Finds the command that a command line calls, and reads its arguments.
struct CommandParser {
  private static let helpNames: Set = ["-h", "-help", "--help"]
  private static let helpCommand = "help"

  let root: any Command.Type
  let width: Int

  func parse(_ words: [String]) throws(UsageError) -> ParseResult {
    let path = CommandPath(root: root)
    if root is any CommandGroup.Type, words.first == Self.helpCommand {
      return try parseHelp(words.dropFirst(), at: path)
    }
    return try parse(words[...], at: path)
  }

  private func parse(
    _ words: ArraySlice<String>, at path: CommandPath
  ) throws(UsageError) -> ParseResult {
    if let command = path.current as? any ParsableCommand.Type {
      return try match(words, against: path.definitions, at: path) {
        (matched) throws(ArgumentError) in .run(try command.read(from: matched))
      }
    }
    if let word = words.first, !ArgumentMatcher.isName(word) {
      return try parse(words.dropFirst(), at: path.appending(subcommand(word, at: path)))
    }
    return try match(words.prefix(1), against: [], at: path) { _ in help(path) }
  }

  /// `help paint` is `paint --help`.
  private func parseHelp(
    _ words: ArraySlice<String>, at path: CommandPath
  ) throws(UsageError) -> ParseResult {
    if let word = words.first, !ArgumentMatcher.isName(word) {
      return try parseHelp(words.dropFirst(), at: path.appending(subcommand(word, at: path)))
    }
    return try match(words, against: [], at: path) { _ in help(path) }
  }

  private func subcommand(
    _ name: String, at path: CommandPath
  ) throws(UsageError) -> any Command.Type {
    let subcommands = path.subcommands
    if let found = subcommands.first(where: { $0.configuration.commandName == name }) {
      return found
    }
    let suggestion = Suggestion.closest(
      to: name, among: subcommands.map { $0.configuration.commandName })
    throw UsageError(.unexpectedArguments([name], suggestion: suggestion), at: path)
  }

  /// Matches the words that follow a command's name, unless they ask for help or the version.
  private func match(
    _ words: ArraySlice<String>, against definitions: [ArgumentDefinition], at path: CommandPath,
    otherwise result: (MatchedArguments) throws(ArgumentError) -> ParseResult
  ) throws(UsageError) -> ParseResult {
    // A tool that is asked for help helps, whatever else is wrong with the command line.
    if words.prefix(while: { $0 != "--" }).contains(where: Self.helpNames.contains) {
      return help(path)
    }
    do {
      let matched = try ArgumentMatcher(definitions + path.builtins).match(Array(words))
      if !matched[.showHelp].isEmpty { return help(path) }
      if !matched[.showVersion].isEmpty { return .version(path.version) }
      return try result(matched)
    } catch {
      throw UsageError(error, at: path)
    }
  }

  private func help(_ path: CommandPath) -> ParseResult {
    .help(HelpGenerator(path).text(width: width))
  }
}
