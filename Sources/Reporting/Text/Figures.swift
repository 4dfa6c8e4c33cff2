internal import Foundation

/// How numbers are written for people. Only digits are dropped here; every figure comes computed.
enum Figures {
  /// `0.98125` as `98.12 %`.
  static func percent(_ share: Double) -> String {
    fixed(100 * share, decimals: 2) + " %"
  }

  /// `0.9783...0.9837` as `97.83–98.37`.
  static func percentRange(_ range: ClosedRange<Double>) -> String {
    fixed(100 * range.lowerBound, decimals: 2) + "–" + fixed(100 * range.upperBound, decimals: 2)
  }

  /// A difference with its sign: `+12.30`, `−0.52`, `0.00`.
  static func signed(_ difference: Double) -> String {
    let digits = fixed(abs(difference), decimals: 2)
    guard digits.contains(where: { ("1"..."9").contains($0) }) else { return digits }
    return (difference < 0 ? "−" : "+") + digits
  }

  /// `-1.2...0.34` as `−1.20…+0.34`: a dash between signs would be one sign too many.
  static func signedRange(_ range: ClosedRange<Double>) -> String {
    signed(range.lowerBound) + "…" + signed(range.upperBound)
  }

  static func probability(_ value: Double) -> String {
    value < 0.0001 ? "< 0.0001" : fixed(value, decimals: 4)
  }

  /// A radius as it is usually written: `0.1`, and `8/255` where the short decimal would be long.
  static func epsilon(_ value: Double) -> String {
    let decimal = "\(value)"
    let levels = (value * 255).rounded()
    guard decimal.count > 6, levels > 0, levels / 255 == value else {
      return decimal.hasSuffix(".0") ? String(decimal.dropLast(2)) : decimal
    }
    return "\(Int(levels))/255"
  }

  static func fixed(_ value: Double, decimals: Int) -> String {
    String(format: "%.\(decimals)f", value)
  }
}
