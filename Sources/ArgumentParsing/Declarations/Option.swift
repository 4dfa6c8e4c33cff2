/// Declares an argument with a name and a value: `--width 3`, `--width=3` or `-w 3`.
///
/// The property's type says how often the option counts. Of a single value the last given one
/// wins; an optional is `nil` where the option is not given; an array takes every value given.
/// A property without a default is required, unless it is optional.
@propertyWrapper
public struct Option<Value: ArgumentValue>: ArgumentDeclaration {
  private var declared: DeclaredValue<Value>

  /// Declares an option with a default.
  ///
  /// - Parameters:
  ///   - name: the long name, without dashes.
  ///   - abbreviation: the letter of the short name.
  ///   - valueName: what help calls the value; the long name if not given.
  ///   - format: how a value is typed; the element type's own format if not given.
  public init(
    wrappedValue: Value, _ name: String, abbreviation: Character? = nil,
    valueName: String? = nil, as format: ArgumentFormat<Value.ArgumentElement> = .standard,
    help: String = "", discussion: String = ""
  ) {
    declared = DeclaredValue(
      .option, name: name, abbreviation: abbreviation, valueName: valueName ?? name,
      format: format, help: help, discussion: discussion, fallback: wrappedValue)
  }

  /// Declares an option without a default: required, unless the property is optional.
  public init(
    _ name: String, abbreviation: Character? = nil, valueName: String? = nil,
    as format: ArgumentFormat<Value.ArgumentElement> = .standard, help: String = "",
    discussion: String = ""
  ) {
    declared = DeclaredValue(
      .option, name: name, abbreviation: abbreviation, valueName: valueName ?? name,
      format: format, help: help, discussion: discussion, fallback: Value.absentArgument)
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
