/// The interval of a proportion that may be looked at after every example and stopped at will.
///
/// What ``WilsonInterval`` is to a number of examples fixed in advance: with probability at least
/// 1 − α it holds the true proportion at every look at once. It holds every p that the likelihood
/// ratio against all proportions, mixed uniformly, 1 / ((n + 1)·C(n, k)·pᵏ·(1 − p)ⁿ⁻ᵏ), does not
/// refute, being below 1/α.
///
/// H. Robbins, "Statistical methods related to the law of the iterated logarithm", Annals of
/// Mathematical Statistics 41 (1970).
public struct SequentialProportionInterval: Hashable, Sendable {
  public let lower: Double
  public let upper: Double

  /// - Precondition: `count` is positive, `correct` in `0 ... count` and `0 < alpha < 1`.
  public init(correct: Int, count: Int, alpha: Double = 0.05) {
    precondition(
      count > 0 && (0...count).contains(correct),
      "SequentialProportionInterval: \(correct) of \(count) is no proportion")
    precondition(
      0 < alpha && alpha < 1, "SequentialProportionInterval: level \(alpha) must be in 0…1")
    lower = 1 - Self.upperBound(correct: count - correct, count: count, alpha: alpha)
    upper = Self.upperBound(correct: correct, count: count, alpha: alpha)
  }

  public var range: ClosedRange<Double> { lower...upper }

  private static func upperBound(correct: Int, count: Int, alpha: Double) -> Double {
    guard correct < count else { return 1 }
    var coefficient = ScaledNumber(Double(count + 1))
    for index in 0..<min(correct, count - correct) {
      coefficient *= Double(count - index) / Double(index + 1)
    }
    // The likelihood falls from the observed proportion to 0 at 1.
    var (inside, outside) = (Double(correct) / Double(count), 1.0)
    for _ in 0..<50 {
      let middle = (inside + outside) / 2
      var likelihood = coefficient
      likelihood *= ScaledNumber(middle).power(correct)
      likelihood *= ScaledNumber(1 - middle).power(count - correct)
      if likelihood.value > alpha { inside = middle } else { outside = middle }
    }
    return outside
  }
}
