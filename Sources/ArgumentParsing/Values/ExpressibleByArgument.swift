/// A type that one word of a command line can express.
///
/// An enumeration of strings needs nothing but the conformance; its help lists the cases:
///
///     enum Colour: String, CaseIterable, ExpressibleByArgument { case red, green, blue }
public protocol ExpressibleByArgument: ArgumentValue where ArgumentElement == Self {
  /// How values of the type are typed where an option says nothing else.
  static var argumentFormat: ArgumentFormat<Self> { get }
}

extension ExpressibleByArgument {
  public static var isRepeatingArgument: Bool { false }

  public static var absentArgument: Self? { nil }

  public init(argumentElements: [Self]) { self = argumentElements[argumentElements.count - 1] }

  public var argumentElements: [Self] { [self] }
}

extension ExpressibleByArgument where Self: CaseIterable & RawRepresentable<String> {
  public static var argumentFormat: ArgumentFormat<Self> { .cases }
}
