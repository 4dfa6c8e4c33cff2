/// What the property of an `Option` or an `Argument` can hold: one value of a type that is
/// `ExpressibleByArgument`, an optional one, or an array of them.
public protocol ArgumentValue: Sendable {
  associatedtype ArgumentElement: ExpressibleByArgument

  /// Whether every given value counts, and not only the last.
  static var isRepeatingArgument: Bool { get }

  /// What a property without a default holds if its argument is not given; `nil` if it is required.
  static var absentArgument: Self? { get }

  /// Makes what the property holds from the given values, of which there is at least one.
  init(argumentElements: [ArgumentElement])

  /// The values that would be given to make this one.
  var argumentElements: [ArgumentElement] { get }
}
