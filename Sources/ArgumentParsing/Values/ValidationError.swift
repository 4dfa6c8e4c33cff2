/// Why a value, or a combination of arguments, is refused.
public struct ValidationError: Error, Hashable, CustomStringConvertible {
  public let message: String

  /// - Parameter message: one line that says what is wrong and what to do.
  public init(_ message: String) {
    self.message = message
  }

  public var description: String { message }
}
