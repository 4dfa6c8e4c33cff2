/// Declares an argument that is found by its place.
///
/// An array takes every word that is left, so it comes last. An array without a default needs at
/// least one word; any other property without a default is required, unless it is optional.
@propertyWrapper
public struct Argument<Value: ArgumentValue>: ArgumentDeclaration {
  private var declared: DeclaredValue<Value>

  /// Declares an argument with a default.
  ///
  /// - Parameters:
  ///   - name: what help calls the value.
  ///   - format: how a value is typed; the element type's own format if not given.
  public init(
    wrappedValue: Value, _ name: String,
    as format: ArgumentFormat<Value.ArgumentElement> = .standard, help: String = "",
    discussion: String = ""
  ) {
    declared = DeclaredValue(
      .positional, name: name, valueName: name, format: format, help: help,
      discussion: discussion, fallback: wrappedValue)
  }

  /// Declares an argument without a default: required, unless the property is optional.
  public init(
    _ name: String, as format: ArgumentFormat<Value.ArgumentElement> = .standard, help: String = "",
    discussion: String = ""
  ) {
    declared = DeclaredValue(
      .positional, name: name, valueName: name, format: format, help: help,
      discussion: discussion, fallback: Value.absentArgument)
  }

  public var wrappedValue: Value {
    get { declared.value }
    set { declared.value = newValue }
  }

  public var projectedValue: Self {
    get { self }
    set { self = newValue }
  }

  public var definitions: [ArgumentDefinition] { [declared.definition] }

  public mutating func read(from matched: MatchedArguments) throws(ArgumentError) {
    try declared.read(from: matched)
  }
}
