/// How values of a type are typed on a command line.
///
/// An option takes a format other than its type's standard one through `as:`. A tool adds its own
/// as static members:
///
///     extension ArgumentFormat<Double> {
///       static let percentage = ArgumentFormat { text throws(ValidationError) in
///         guard text.hasSuffix("%") else { throw ValidationError("a percentage ends with '%'") }
///         return Double(text.dropLast()).map { $0 / 100 }
///       }
///     }
public struct ArgumentFormat<Value: Sendable>: Sendable {
  /// The accepted values where they are a closed list; otherwise empty.
  public let values: [String]
  /// Reads a value, or gives `nil` where the text says nothing better than "invalid".
  let read: @Sendable (String) throws(ValidationError) -> Value?
  /// Writes a value as it would be typed; help shows defaults with it.
  let write: @Sendable (Value) -> String

  /// - Parameters:
  ///   - values: the accepted values where they are a closed list.
  ///   - write: writes a value as it would be typed.
  ///   - read: reads a value; `nil` and a `ValidationError`, which says why, both refuse the text.
  public init(
    values: [String] = [], write: @escaping @Sendable (Value) -> String = { "\($0)" },
    read: @escaping @Sendable (String) throws(ValidationError) -> Value?
  ) {
    self.values = values
    self.write = write
    self.read = read
  }
}

extension ArgumentFormat where Value: ExpressibleByArgument {
  /// The format of the type itself.
  public static var standard: Self { Value.argumentFormat }
}

extension ArgumentFormat<String> {
  /// One of a closed list of words, such as the names in a catalog.
  public static func oneOf(_ values: some Sequence<String>) -> Self {
    let values = Array(values)
    return Self(values: values) { values.contains($0) ? $0 : nil }
  }
}

extension ArgumentFormat where Value: LosslessStringConvertible {
  /// The text that Swift itself reads and writes for the type.
  static var lossless: Self { Self { Value($0) } }
}

extension ArgumentFormat where Value: CaseIterable & RawRepresentable<String> {
  /// The raw value of one of the cases.
  static var cases: Self {
    Self(values: Value.allCases.map(\.rawValue), write: \.rawValue) { Value(rawValue: $0) }
  }
}
