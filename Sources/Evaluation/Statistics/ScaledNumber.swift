/// A positive number `significand · 2^exponent` whose exponent cannot overflow: likelihoods of
/// thousands of examples leave the range of `Double`, and logarithms are not the same everywhere.
struct ScaledNumber {
  private var significand: Double
  private var exponent: Int

  /// - Precondition: `value` is finite and not negative.
  init(_ value: Double) {
    assert(value >= 0 && value.isFinite, "ScaledNumber: \(value) is negative or not finite")
    significand = value == 0 ? 0 : value.significand
    exponent = value == 0 ? 0 : Int(value.exponent)
  }

  static func *= (left: inout ScaledNumber, right: ScaledNumber) {
    let product = left.significand * right.significand
    guard product > 0 else {
      left = ScaledNumber(0)
      return
    }
    left.significand = product.significand
    left.exponent += right.exponent + Int(product.exponent)
  }

  static func *= (left: inout ScaledNumber, right: Double) {
    left *= ScaledNumber(right)
  }

  /// The power by repeated squaring.
  ///
  /// - Precondition: `count` is not negative.
  func power(_ count: Int) -> ScaledNumber {
    var (result, square, rest) = (ScaledNumber(1), self, count)
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }

  mutating func scale(byPowerOfTwo power: Int) {
    exponent += power
  }

  /// The nearest `Double`: 0 or infinity beyond the range of normal numbers.
  var value: Double {
    guard significand > 0, exponent >= -1022 else { return 0 }
    guard exponent <= 1023 else { return .infinity }
    return Double(sign: .plus, exponent: exponent, significand: significand)
  }
}
