extension Optional: ArgumentValue where Wrapped: ExpressibleByArgument {
  public static var isRepeatingArgument: Bool { false }

  public static var absentArgument: Wrapped?? { .some(nil) }

  public init(argumentElements: [Wrapped]) { self = argumentElements.last }

  public var argumentElements: [Wrapped] { map { [$0] } ?? [] }
}
