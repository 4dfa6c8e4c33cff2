/// A type whose properties are filled from a command line: a `ParsableCommand`, or a set of
/// options that several commands share through `@OptionGroup`.
public protocol ParsableArguments: Sendable {
  /// Makes a value whose arguments are declared but not read yet.
  init()

  /// The declared properties, in the order of usage and help.
  ///
  /// A property left out is unknown to the parser; reading it traps, as reading any property
  /// that was neither parsed nor assigned does.
  static var arguments: ArgumentSet<Self> { get }

  /// Checks what no single argument can check, such as two options that exclude each other.
  func validate() throws(ValidationError)
}

extension ParsableArguments {
  public func validate() throws(ValidationError) {}

  static var definitions: [ArgumentDefinition] { arguments.definitions }

  static func read(from matched: MatchedArguments) throws(ArgumentError) -> Self {
    var result = Self()
    try arguments.read(into: &result, from: matched)
    do {
      try result.validate()
    } catch {
      throw .invalid(error)
    }
    return result
  }
}
