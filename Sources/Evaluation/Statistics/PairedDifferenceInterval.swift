/// The interval of the difference of two accuracies on the same examples, second minus first.
///
/// The adjusted Wald interval: one example is added to either discordant count, which keeps the
/// level where the textbook interval fails, with few discordant examples or none. It is not the
/// inverse of the exact ``McNemarTest``, so at the very edge one may exclude a difference of 0 and
/// the other not.
///
/// D. G. Bonett and R. M. Price, "Adjusted Wald confidence interval for a difference of binomial
/// proportions based on paired data", Journal of Educational and Behavioral Statistics 37 (2012);
/// recommended by M. W. Fagerland, S. Lydersen and P. Laake, "Recommended tests and confidence
/// intervals for paired binomial proportions", Statistics in Medicine 33 (2014).
public struct PairedDifferenceInterval: Hashable, Sendable {
  /// The bounds as differences of proportions, in -1…1.
  public let lower: Double
  public let upper: Double

  /// - Precondition: `count` is positive and at least the sum of the two discordant counts, neither
  ///   of which is negative.
  public init(
    count: Int, onlyFirstCorrect: Int, onlySecondCorrect: Int,
    confidence: ConfidenceLevel = .percent95
  ) {
    precondition(
      count > 0 && onlyFirstCorrect >= 0 && onlySecondCorrect >= 0
        && onlyFirstCorrect + onlySecondCorrect <= count,
      "PairedDifferenceInterval: \(onlyFirstCorrect) and \(onlySecondCorrect) discordant examples "
        + "do not fit in \(count)")
    let total = Double(count + 2)
    let difference = Double(onlySecondCorrect - onlyFirstCorrect) / total
    let discordant = Double(onlyFirstCorrect + onlySecondCorrect + 2) / total
    let deviation = ((discordant - difference * difference) / total).squareRoot()
    lower = max(-1, difference - confidence.normalQuantile * deviation)
    upper = min(1, difference + confidence.normalQuantile * deviation)
  }
}
