/// A property wrapper that declares arguments: `Option`, `Argument`, `Flag` or `OptionGroup`.
public protocol ArgumentDeclaration: Sendable {
  /// What the wrapper declares, as help, usage and completion see it.
  var definitions: [ArgumentDefinition] { get }

  /// Takes the wrapper's value from the matched words of a command line.
  mutating func read(from matched: MatchedArguments) throws(ArgumentError)
}
