/// Student's t distribution with a whole number of degrees of freedom, by finite sums.
///
/// M. Abramowitz and I. A. Stegun, "Handbook of mathematical functions" (1964), 26.7.3 and 26.7.4.
struct StudentDistribution {
  let degrees: Int

  /// P(|T| ≤ `bound`) for a bound that is not negative.
  func central(_ bound: Double) -> Double {
    let total = Double(degrees) + bound * bound
    let sine = bound / total.squareRoot()
    let squaredCosine = Double(degrees) / total
    // Even: sin·(1 + ½cos² + ½·¾cos⁴ + …). Odd: 2/π·(θ + sin·cos·(1 + ⅔cos² + ⅔·⅘cos⁴ + …)).
    let odd = degrees % 2
    var term = 1.0
    var sum = degrees == 1 ? 0.0 : 1.0
    for index in stride(from: 1 + odd, to: degrees - 2, by: 2) {
      term *= squaredCosine * Double(index) / Double(index + 1)
      sum += term
    }
    guard odd == 1 else { return sine * sum }
    let angle = Self.arctangent(bound / Double(degrees).squareRoot())
    return 2 / Double.pi * (angle + sine * squaredCosine.squareRoot() * sum)
  }

  /// The t for which P(|T| ≤ t) is the confidence level.
  func quantile(_ confidence: ConfidenceLevel) -> Double {
    var (below, above) = (0.0, 64.0)  // with one degree of freedom, 63.66 at 99 %
    for _ in 0..<60 {
      let middle = (below + above) / 2
      if central(middle) < confidence.rawValue { below = middle } else { above = middle }
    }
    return above
  }

  /// Three halvings of the angle, then the series; for numbers that are not negative.
  static func arctangent(_ tangent: Double) -> Double {
    guard tangent <= 1 else { return Double.pi / 2 - arctangent(1 / tangent) }
    var reduced = tangent
    for _ in 0..<3 { reduced /= 1 + (1 + reduced * reduced).squareRoot() }
    var sum = 0.0
    for exponent in stride(from: 21, through: 1, by: -2) {
      sum = 1 / Double(exponent) - reduced * reduced * sum
    }
    return 8 * reduced * sum
  }
}
