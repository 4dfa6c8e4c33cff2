/// What is wrong with a command line.
public enum ArgumentError: Error, Hashable {
  /// No such option, written as it was typed, and the declared one that comes close.
  case unknownOption(String, suggestion: String?)
  /// Words that nothing is declared for, and the subcommand that comes close to the first.
  case unexpectedArguments([String], suggestion: String?)
  /// A value for a flag, whose name is as typed.
  case unexpectedValue(String, flag: String)
  /// An option without its value. `typed` is the name that was typed, `word` the word of joined
  /// short names in which it cannot have a value.
  case missingValue(ArgumentDefinition, typed: String, word: String?)
  /// A required argument is not given.
  case missingArgument(ArgumentDefinition)
  /// A value that the argument's format refuses. `typed` is the name that was typed.
  case invalidValue(String, ArgumentDefinition, typed: String?, reason: String?)
  /// The command's own `validate()` refuses its arguments.
  case invalid(ValidationError)
}
