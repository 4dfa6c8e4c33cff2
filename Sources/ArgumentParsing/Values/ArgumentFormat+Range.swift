extension ArgumentFormat where Value: FixedWidthInteger {
  /// An integer of a range: `.range(1...64)`.
  public static func range(_ range: ClosedRange<Value>) -> Self {
    limited(to: range, "not an integer between \(range.lowerBound) and \(range.upperBound)")
  }

  /// An integer of a range without an end: `.range(1...)`.
  public static func range(_ range: PartialRangeFrom<Value>) -> Self {
    limited(to: range, "not an integer of at least \(range.lowerBound)")
  }

  private static func limited(
    to range: some RangeExpression<Value> & Sendable, _ refusal: String
  ) -> Self {
    Self { text throws(ValidationError) in
      guard let value = Value(text), range.contains(value) else {
        throw ValidationError(refusal)
      }
      return value
    }
  }
}

extension ArgumentFormat where Value: BinaryFloatingPoint & LosslessStringConvertible {
  /// A number of a range: `.range(0...1)`.
  public static func range(_ range: ClosedRange<Value>) -> Self {
    limited(
      to: range, "not a number between \(text(range.lowerBound)) and \(text(range.upperBound))")
  }

  /// A finite number of a range without an end: `.range(0...)`.
  public static func range(_ range: PartialRangeFrom<Value>) -> Self {
    limited(to: range, "not a number of at least \(text(range.lowerBound))")
  }

  /// `1` rather than `1.0`: a bound is read as a number, not as a value of a type.
  private static func text(_ bound: Value) -> String {
    let text = String(bound)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// A finite number: of the texts that Swift reads as numbers, all but `nan` and infinities.
  static var finite: Self {
    Self { text in Value(text).flatMap { $0.isFinite ? $0 : nil } }
  }

  private static func limited(
    to range: some RangeExpression<Value> & Sendable, _ refusal: String
  ) -> Self {
    Self { text throws(ValidationError) in
      guard let value = Value(text), value.isFinite, range.contains(value) else {
        throw ValidationError(refusal)
      }
      return value
    }
  }
}
