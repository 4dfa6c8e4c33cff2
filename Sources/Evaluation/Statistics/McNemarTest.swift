/// The exact test of whether two classifiers, tried on the same examples, are equally accurate.
///
/// Only the discordant examples speak: those that one classifier gets right and the other wrong.
/// If both are equally accurate, each discordant example falls to either side with probability ½, so
/// the p-value is the two-sided binomial one, 2·P(X ≤ min(b, c)) with X ~ Binomial(b + c, ½).
///
/// Q. McNemar, "Note on the sampling error of the difference between correlated proportions or
/// percentages", Psychometrika 12 (1947); the exact form is the sign test.
public struct McNemarTest: Hashable, Sendable {
  /// Examples that only the first classifier gets right.
  public let onlyFirstCorrect: Int

  /// Examples that only the second classifier gets right.
  public let onlySecondCorrect: Int

  /// The two-sided p-value, in `0 < p ≤ 1`. A value below the smallest normal `Double`, about
  /// 2.2e-308, is given as that number: a p-value is never 0.
  ///
  /// Made of additions, multiplications and divisions alone, so it has the same bits everywhere.
  /// Its relative error stays below 1e-10 up to 100,000 discordant examples.
  public let pValue: Double

  /// - Precondition: no count is negative.
  public init(onlyFirstCorrect: Int, onlySecondCorrect: Int) {
    precondition(
      onlyFirstCorrect >= 0 && onlySecondCorrect >= 0,
      "McNemarTest: counts \(onlyFirstCorrect) and \(onlySecondCorrect) must not be negative")
    self.onlyFirstCorrect = onlyFirstCorrect
    self.onlySecondCorrect = onlySecondCorrect
    pValue = Self.twoSidedBinomial(
      smaller: min(onlyFirstCorrect, onlySecondCorrect),
      count: onlyFirstCorrect + onlySecondCorrect)
  }

  /// min(1, 2 · Σ C(n, i) / 2ⁿ for i = 0 … `smaller`), with n = `count`.
  private static func twoSidedBinomial(smaller: Int, count: Int) -> Double {
    // With equal halves the two tails overlap and their sum passes 1.
    guard 2 * smaller < count else { return 1 }
    // The sum is `sum` · 2^exponent: 2⁻ⁿ alone would underflow from n = 1075 on, and powers of two
    // rescale without rounding. The terms grow, so none is lost beside the sum.
    var term = 1.0
    var sum = 1.0
    var exponent = 1 - count
    for index in 0..<smaller {
      term = term * Double(count - index) / Double(index + 1)
      sum += term
      if sum > 0x1p512 {
        term *= 0x1p-512
        sum *= 0x1p-512
        exponent += 512
      }
    }
    exponent += Int(sum.exponent)
    guard exponent >= Double.leastNormalMagnitude.exponent else { return .leastNormalMagnitude }
    return min(1, Double(sign: .plus, exponent: exponent, significand: sum.significand))
  }
}
