extension Array: ArgumentValue where Element: ExpressibleByArgument {
  public static var isRepeatingArgument: Bool { true }

  public static var absentArgument: [Element]? { nil }

  public init(argumentElements: [Element]) { self = argumentElements }

  public var argumentElements: [Element] { self }
}
