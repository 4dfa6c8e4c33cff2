/// A comparison of two classifiers that may be looked at after every example and stopped at will.
///
/// ``McNemarTest`` and ``PairedDifferenceInterval`` keep their level for a number of examples fixed
/// in advance; looked at again and again until they speak, they speak falsely too often. Here the
/// level holds for all looks together, provided that the examples come in a random order that does
/// not depend on the outcomes. The price is that more examples are needed where the difference is
/// small. Two wealth processes, each with an expectation of at most 1 under its hypothesis, so that
/// it ever reaches 1/α with probability at most α (Ville's inequality):
///
/// - *Equally accurate*: each of n discordant examples falls to either side with probability ½. The
///   likelihood ratio against all other splits, mixed uniformly, is 2ⁿ / ((n + 1)·C(n, b)), and the
///   p-value its inverse. M. Lindon and A. Malek, "Anytime-valid inference for multinomial count
///   data", NeurIPS 2022; H. Robbins, "Statistical methods related to the law of the iterated
///   logarithm", Annals of Mathematical Statistics 41 (1970).
/// - *The difference is at least m*: with xᵢ in {−1, 0, 1}, the wealth of bets against it,
///   Π (1 + λ(m − xᵢ)), averaged over λ = ½, ¼, … 1/256; likewise *at most m*. The interval holds
///   every m that neither side refutes at α/2. I. Waudby-Smith and A. Ramdas, "Estimating means of
///   bounded random variables by betting", JRSS B 86 (2024).
///
/// All figures are functions of the counts alone, made of additions, multiplications and divisions.
public struct SequentialPairedTest: Hashable, Sendable {
  /// The number of examples tried so far.
  public let count: Int

  /// Examples that the baseline gets right and the candidate wrong.
  public let onlyBaselineCorrect: Int

  /// Examples that the candidate gets right and the baseline wrong.
  public let onlyCandidateCorrect: Int

  /// The chance that the interval ever misses the true difference.
  public let alpha: Double

  /// The p-value of equal accuracy, in `0 < p ≤ 1`: whenever one stops, it is at most α with
  /// probability at most α. A value below the smallest normal `Double` is given as that number.
  public let pValue: Double

  /// - Precondition: the discordant counts are not negative and their sum is at most `count`;
  ///   `0 < alpha < 1`.
  public init(
    count: Int, onlyBaselineCorrect: Int, onlyCandidateCorrect: Int, alpha: Double = 0.05
  ) {
    precondition(
      onlyBaselineCorrect >= 0 && onlyCandidateCorrect >= 0
        && onlyBaselineCorrect + onlyCandidateCorrect <= count,
      "SequentialPairedTest: \(onlyBaselineCorrect) and \(onlyCandidateCorrect) discordant "
        + "examples do not fit in \(count)")
    precondition(0 < alpha && alpha < 1, "SequentialPairedTest: level \(alpha) must be in 0…1")
    self.count = count
    self.onlyBaselineCorrect = onlyBaselineCorrect
    self.onlyCandidateCorrect = onlyCandidateCorrect
    self.alpha = alpha
    let discordant = onlyBaselineCorrect + onlyCandidateCorrect
    var inverse = ScaledNumber(Double(discordant + 1))
    for index in 0..<min(onlyBaselineCorrect, onlyCandidateCorrect) {
      inverse *= Double(discordant - index) / Double(index + 1)
    }
    inverse.scale(byPowerOfTwo: -discordant)
    pValue = min(1, max(.leastNormalMagnitude, inverse.value))
  }

  /// Accuracy of the candidate minus accuracy of the baseline, in percentage points; 0 before the
  /// first example.
  public var differencePoints: Double {
    Double(100 * (onlyCandidateCorrect - onlyBaselineCorrect)) / Double(max(1, count))
  }

  /// The interval of the difference, in percentage points: with probability at least 1 − α it holds
  /// the true difference at every look at once.
  public var intervalPoints: ClosedRange<Double> {
    let lower = -upperBound(gains: onlyBaselineCorrect, losses: onlyCandidateCorrect)
    let upper = upperBound(gains: onlyCandidateCorrect, losses: onlyBaselineCorrect)
    return 100 * lower...100 * upper
  }

  /// Whether the interval lies within ±`margin` percentage points.
  ///
  /// - Precondition: `margin` is in `0 ... 100`.
  public func liesWithin(margin: Double) -> Bool {
    precondition((0...100).contains(margin), "SequentialPairedTest: margin \(margin) not in 0…100")
    return refutes(margin / 100, gains: onlyCandidateCorrect, losses: onlyBaselineCorrect)
      && refutes(margin / 100, gains: onlyBaselineCorrect, losses: onlyCandidateCorrect)
  }

  /// The smallest difference such that it and all larger ones are refuted. The wealth grows with
  /// the hypothesis, and at the observed difference it is at most 1 (Jensen's inequality).
  private func upperBound(gains: Int, losses: Int) -> Double {
    guard count > 0, refutes(1, gains: gains, losses: losses) else { return 1 }
    var (open, refuted) = (Double(gains - losses) / Double(count), 1.0)
    for _ in 0..<50 {
      let middle = (open + refuted) / 2
      if refutes(middle, gains: gains, losses: losses) { refuted = middle } else { open = middle }
    }
    return refuted
  }

  /// Whether "gains minus losses are at least `difference` an example" is refuted at α/2.
  private func refutes(_ difference: Double, gains: Int, losses: Int) -> Bool {
    // λ ≤ ½ keeps every factor positive for any hypothesis: no bet can lose more than there is.
    var wealth = 0.0
    var stake = 1.0
    for _ in 0..<Self.stakes {
      stake /= 2
      var product = ScaledNumber(1 + stake * (difference - 1)).power(gains)
      product *= ScaledNumber(1 + stake * difference).power(count - gains - losses)
      product *= ScaledNumber(1 + stake * (difference + 1)).power(losses)
      wealth += product.value / Double(Self.stakes)
    }
    return wealth * alpha >= 2
  }

  private static let stakes = 8
}
