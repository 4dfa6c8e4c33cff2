/// What a command line asks for.
public enum ParseResult: Sendable {
  /// To run a command whose arguments are read and validated.
  case run(any ParsableCommand)
  /// To show this help.
  case help(String)
  /// To show this version.
  case version(String)
}
