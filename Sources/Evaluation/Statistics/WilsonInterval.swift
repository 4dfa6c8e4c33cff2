/// The score interval of a proportion.
///
/// It stays inside 0…1 and keeps its level for proportions near 0 and 1, where robust accuracies
/// often are; the textbook interval p ± z·√(p(1−p)/n) does neither.
///
/// E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of
/// the American Statistical Association 22 (1927). Without a continuity correction.
public struct WilsonInterval: Hashable, Sendable {
  public let lower: Double
  public let upper: Double

  /// - Precondition: `count` is positive and `correct` is in `0 ... count`.
  public init(correct: Int, count: Int, confidence: ConfidenceLevel = .percent95) {
    precondition(
      count > 0 && (0...count).contains(correct),
      "WilsonInterval: \(correct) of \(count) is no proportion")
    let (hits, total) = (Double(correct), Double(count))
    let z = confidence.normalQuantile
    let spread = z * (z * z + 4 * hits * (total - hits) / total).squareRoot()
    let center = 2 * hits + z * z
    let scale = 2 * (total + z * z)
    // At the ends the bound is exactly 0 or 1; rounding must not move it past the proportion.
    lower = correct == 0 ? 0 : (center - spread) / scale
    upper = correct == count ? 1 : (center + spread) / scale
  }

  public var range: ClosedRange<Double> { lower...upper }
}
