/// Declares an argument with a name and no value: `true` where it is given.
@propertyWrapper
public struct Flag: ArgumentDeclaration {
  private let definition: ArgumentDefinition
  private var assigned: Bool?

  /// - Parameters:
  ///   - name: the long name, without dashes.
  ///   - abbreviation: the letter of the short name. Letters can be joined: `-qv`.
  public init(
    _ name: String, abbreviation: Character? = nil, help: String = "", discussion: String = ""
  ) {
    definition = ArgumentDefinition(
      .flag, name: name, abbreviation: abbreviation, help: help, discussion: discussion)
  }

  public var wrappedValue: Bool {
    get {
      guard let assigned else {
        preconditionFailure(
          "'--\(definition.name)' was read before it was parsed; is it in its type's 'arguments'?")
      }
      return assigned
    }
    set { assigned = newValue }
  }

  public var projectedValue: Self {
    get { self }
    set { self = newValue }
  }

  public var definitions: [ArgumentDefinition] { [definition] }

  public mutating func read(from matched: MatchedArguments) throws(ArgumentError) {
    assigned = !matched[definition].isEmpty
  }
}
