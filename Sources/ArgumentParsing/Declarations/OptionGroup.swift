/// Takes in the arguments that another type declares, so that commands can share them.
@propertyWrapper
public struct OptionGroup<Group: ParsableArguments>: ArgumentDeclaration {
  private let title: String?
  private var group: Group

  /// - Parameter title: the title of a section of its own in help; without one, the arguments
  ///   stand among those of the command.
  public init(title: String? = nil) {
    self.title = title
    group = Group()
  }

  public var wrappedValue: Group {
    get { group }
    set { group = newValue }
  }

  public var projectedValue: Self {
    get { self }
    set { self = newValue }
  }

  public var definitions: [ArgumentDefinition] {
    Group.definitions.map { definition in
      var definition = definition
      definition.section = definition.section ?? title
      return definition
    }
  }

  public mutating func read(from matched: MatchedArguments) throws(ArgumentError) {
    group = try Group.read(from: matched)
  }
}
