internal import Foundation

/// How numbers are written for people. Only digits are dropped here; every figure comes computed.
package enum Figures {
  /// `0.98125` as `98.12 %`.
  package static func percent(_ share: Double) -> String {
    fixed(100 * share, decimals: 2) + " %"
  }

  /// `0.9783...0.9837` as `97.83–98.37`.
  package static func percentRange(_ range: ClosedRange<Double>, decimals: Int = 2) -> String {
    fixed(100 * range.lowerBound, decimals: decimals) + "–"
      + fixed(100 * range.upperBound, decimals: decimals)
  }

  /// A difference with its sign: `+12.30`, `−0.52`, `0.00`.
  package static func signed(_ difference: Double, decimals: Int = 2) -> String {
    let digits = fixed(abs(difference), decimals: decimals)
    guard digits.contains(where: { ("1"..."9").contains($0) }) else { return digits }
    return (difference < 0 ? "−" : "+") + digits
  }

  /// `-1.2...0.34` as `−1.20…+0.34`: a dash between signs would be one sign too many.
  package static func signedRange(_ range: ClosedRange<Double>, decimals: Int = 2) -> String {
    signed(range.lowerBound, decimals: decimals) + "…"
      + signed(range.upperBound, decimals: decimals)
  }

  package static func probability(_ value: Double) -> String {
    value < 0.0001 ? "< 0.0001" : fixed(value, decimals: 4)
  }

  /// A radius as it is usually written: `0.1`, and `8/255` where the short decimal would be long.
  package static func epsilon(_ value: Double) -> String {
    let decimal = "\(value)"
    let levels = (value * 255).rounded()
    guard decimal.count > 6, levels > 0, levels / 255 == value else {
      return limit(value)
    }
    return "\(Int(levels))/255"
  }

  /// A limit as it was given: `80`, `0.5`.
  package static func limit(_ value: Double) -> String {
    let decimal = "\(value)"
    return decimal.hasSuffix(".0") ? String(decimal.dropLast(2)) : decimal
  }

  /// A limit given as a share, in percent: `0.29` as `29`, though 100 · 0.29 is not quite that.
  package static func limit(percent share: Double) -> String {
    limit((share * 1e10).rounded() / 1e8)
  }

  /// How many decimals of a bound are needed, at least 2, so that it is not read as equal to a limit
  /// that it misses: 79.998 is below 80, and "80.00" would hide that.
  package static func decimals(of bound: Double, against limit: Double) -> Int {
    guard bound != limit else { return 2 }
    return (2...8).first {
      fixed(bound, decimals: $0) != fixed(limit, decimals: $0)
    } ?? 8
  }

  package static func fixed(_ value: Double, decimals: Int) -> String {
    String(format: "%.\(decimals)f", value)
  }

  /// `0.000123` as `1.23e-04`.
  package static func exponential(_ value: Double) -> String {
    String(format: "%.2e", value)
  }
}
