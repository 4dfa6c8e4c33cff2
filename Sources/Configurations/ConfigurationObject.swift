internal import Suggestions

/// A JSON object that is read strictly: every key is asked for by its name and type, and a key that
/// nobody asked for is an error.
public struct ConfigurationObject {
  /// The file, and the keys that lead here.
  public let place: String
  private let values: [String: JSONValue]
  private var asked: Set<String> = []

  public init(_ value: JSONValue, place: String) throws(ConfigurationError) {
    guard case .object(let values) = value else {
      throw .wrongType(place: place, expected: "an object", found: value.kind)
    }
    self.place = place
    self.values = values
  }

  /// Ends the reading.
  ///
  /// - Throws: ``ConfigurationError/unknownKey(_:place:known:)`` for a key that was never
  ///   asked for.
  public func finish() throws(ConfigurationError) {
    guard let key = values.keys.filter({ !asked.contains($0) }).min() else { return }
    throw .unknownKey(key, place: place, known: asked.sorted())
  }

  /// The value of a key; nil if it is missing or null.
  public mutating func value(_ key: String) -> JSONValue? {
    asked.insert(key)
    return values[key] == .null ? nil : values[key]
  }

  public func place(of key: String) -> String { "\(place): \(key)" }

  public mutating func string(_ key: String) throws(ConfigurationError) -> String? {
    guard let value = value(key) else { return nil }
    guard case .string(let text) = value else { throw wrongType(key, "a text", value) }
    return text
  }

  /// The one of `choices` whose name the key holds.
  public mutating func choice<T>(
    _ key: String, among choices: [T], named name: (T) -> String
  ) throws(ConfigurationError) -> T? {
    guard let text = try string(key) else { return nil }
    guard let choice = choices.first(where: { name($0) == text }) else {
      let hint = Suggestion.hint(for: text, among: choices.map(name))
      throw .invalid(place: place(of: key), "\(text.quoted) is unknown; \(hint)")
    }
    return choice
  }

  public mutating func boolean(_ key: String) throws(ConfigurationError) -> Bool? {
    guard let value = value(key) else { return nil }
    guard case .boolean(let isTrue) = value else { throw wrongType(key, "true or false", value) }
    return isTrue
  }

  public mutating func integer(
    _ key: String, in range: ClosedRange<Int>
  ) throws(ConfigurationError) -> Int? {
    guard let value = value(key) else { return nil }
    return try Self.integer(value, place: place(of: key), in: range)
  }

  public mutating func number(
    _ key: String, in range: ClosedRange<Double>
  ) throws(ConfigurationError) -> Double? {
    guard let value = value(key) else { return nil }
    return try Self.number(value, place: place(of: key), in: range)
  }

  /// A list of any number of numbers.
  public mutating func numbers(
    _ key: String, in range: ClosedRange<Double>
  ) throws(ConfigurationError) -> [Double]? {
    guard let value = value(key) else { return nil }
    guard case .array(let elements) = value else { throw wrongType(key, "a list", value) }
    var numbers: [Double] = []
    for element in elements {
      numbers.append(try Self.number(element, place: place(of: key), in: range))
    }
    return numbers
  }

  /// A number of any size.
  public mutating func anyNumber(_ key: String) throws(ConfigurationError) -> Double? {
    try number(key, in: Self.allNumbers)
  }

  public static let allNumbers = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude

  /// One integer, or a list of exactly `count`; one stands for all of them.
  public mutating func integers(
    _ key: String, count: Int, in range: ClosedRange<Int>
  ) throws(ConfigurationError) -> [Int]? {
    guard let value = value(key) else { return nil }
    guard case .array(let elements) = value else {
      let number = try Self.integer(value, place: place(of: key), in: range)
      return Array(repeating: number, count: count)
    }
    guard elements.count == count else {
      throw .invalid(
        place: place(of: key), "a list of \(count) numbers is needed, not of \(elements.count)")
    }
    var numbers: [Int] = []
    for element in elements {
      numbers.append(try Self.integer(element, place: place(of: key), in: range))
    }
    return numbers
  }

  public mutating func strings(_ key: String) throws(ConfigurationError) -> [String]? {
    guard let value = value(key) else { return nil }
    guard case .array(let elements) = value else { throw wrongType(key, "a list", value) }
    var texts: [String] = []
    for element in elements {
      guard case .string(let text) = element else {
        throw wrongType(key, "a list of texts", element)
      }
      texts.append(text)
    }
    return texts
  }

  public mutating func object(_ key: String) throws(ConfigurationError) -> ConfigurationObject? {
    guard let value = value(key) else { return nil }
    return try ConfigurationObject(value, place: "\(place): \(key)")
  }

  /// The object of a key; an empty one if it is missing.
  public mutating func section(_ key: String) throws(ConfigurationError) -> ConfigurationObject {
    let empty = try ConfigurationObject(.object([:]), place: "\(place): \(key)")
    return try object(key) ?? empty
  }

  public mutating func objects(_ key: String) throws(ConfigurationError) -> [ConfigurationObject]? {
    guard let value = value(key) else { return nil }
    guard case .array(let elements) = value else { throw wrongType(key, "a list", value) }
    var objects: [ConfigurationObject] = []
    for (index, element) in elements.enumerated() {
      objects.append(try ConfigurationObject(element, place: "\(place): \(key)[\(index)]"))
    }
    return objects
  }

  /// The value of a reading, or an error that names the missing key.
  public func required<T>(_ key: String, _ value: T?) throws(ConfigurationError) -> T {
    guard let value else { throw .missingKey(key, place: place) }
    return value
  }

  private func wrongType(_ key: String, _ expected: String, _ found: JSONValue)
    -> ConfigurationError
  {
    .wrongType(place: place(of: key), expected: expected, found: found.kind)
  }

  private static func number(
    _ value: JSONValue, place: String, in range: ClosedRange<Double>
  ) throws(ConfigurationError) -> Double {
    let number: Double
    switch value {
    case .integer(let value): number = Double(value)
    case .number(let value): number = value
    default: throw .wrongType(place: place, expected: "a number", found: value.kind)
    }
    guard range.contains(number) else {
      throw .invalid(place: place, "\(text(number)) is outside \(text(range))")
    }
    return number
  }

  private static func integer(
    _ value: JSONValue, place: String, in range: ClosedRange<Int>
  ) throws(ConfigurationError) -> Int {
    let number: Int
    switch value {
    case .integer(let value): number = value
    case .number(let value):
      throw .wrongType(place: place, expected: "a whole number", found: "\(value)")
    default: throw .wrongType(place: place, expected: "a whole number", found: value.kind)
    }
    guard range.contains(number) else {
      throw .invalid(place: place, "\(number) is outside \(text(range))")
    }
    return number
  }

  private static func text<T: Comparable & Numeric>(_ range: ClosedRange<T>) -> String {
    let isOpen = "\(range.upperBound)" == "\(Int.max)" || "\(range.upperBound)" == "inf"
    return "\(text(range.lowerBound))…" + (isOpen ? "" : text(range.upperBound))
  }

  /// `1` rather than `1.0`, as it would be typed.
  private static func text(_ number: some Numeric) -> String {
    let text = "\(number)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
