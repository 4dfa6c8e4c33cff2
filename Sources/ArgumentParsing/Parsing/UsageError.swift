/// A command line that cannot be run: what is wrong with it, and where to read on.
public struct UsageError: Error, Hashable {
  /// The exit status for it: `EX_USAGE` of `sysexits.h`.
  public static let exitCode: Int32 = 64

  public let error: ArgumentError
  /// How the command is used, such as `brush paint [--quiet] <picture>`.
  public let usage: String
  /// The command as typed, such as `brush paint`.
  public let command: String

  init(_ error: ArgumentError, at path: CommandPath) {
    self.error = error
    usage = HelpGenerator(path).usage
    command = path.name
  }

  /// What to print on the standard error: the error, the help of the argument that is at fault,
  /// the usage, and how to get help.
  public var fullMessage: String {
    [
      "Error: \(error)", error.helpLine.map { "Help:  \($0)" }, "Usage: \(usage)",
      "  See '\(command) --help' for more information.",
    ].compactMap { $0 }.joined(separator: "\n")
  }
}

extension UsageError: CustomStringConvertible {
  public var description: String { error.description }
}
