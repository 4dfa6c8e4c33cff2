/// How small a difference a comparison could have shown: what "not shown" is worth.
///
/// Of `count` examples, `discordant` were classified correctly by one side alone. Let each of those
/// fall to the worse side with probability q < ½, independently. The detectable difference is
/// `discordant · (1 − 2q) / count` for the largest q with which the exact two-sided ``McNemarTest``
/// at level α names the better side with the wanted probability (its power). The number of
/// discordant examples is taken as it was observed; a truly larger difference would usually bring
/// more of them.
///
/// Computed from the binomial distribution itself, by bisection over q, without approximation.
public struct DetectableDifference: Hashable, Sendable, Codable {
  public let count: Int
  public let discordant: Int
  public let alpha: Double
  public let power: Double

  /// The smallest detectable difference in percentage points, or `nil` if with so few discordant
  /// examples the test cannot say anything even when all fall to one side (fewer than 6 at α 0.05).
  public let points: Double?

  /// - Precondition: `count` is positive, `discordant` in `0 ... count`, `0 < alpha < power < 1`.
  public init(count: Int, discordant: Int, alpha: Double = 0.05, power: Double = 0.8) {
    precondition(
      count > 0 && (0...count).contains(discordant),
      "DetectableDifference: \(discordant) discordant examples do not fit in \(count)")
    precondition(
      0 < alpha && alpha < power && power < 1,
      "DetectableDifference: level \(alpha) and power \(power) must be 0 < level < power < 1")
    self.count = count
    self.discordant = discordant
    self.alpha = alpha
    self.power = power
    points = Self.criticalCount(discordant: discordant, alpha: alpha).map { critical in
      let share = Self.largestShare(discordant: discordant, critical: critical, power: power)
      return 100 * Double(discordant) * (1 - 2 * share) / Double(count)
    }
  }

  /// The largest number of discordant examples on the worse side with which the test still speaks.
  private static func criticalCount(discordant: Int, alpha: Double) -> Int? {
    func rejects(_ fewer: Int) -> Bool {
      McNemarTest(onlyFirstCorrect: fewer, onlySecondCorrect: discordant - fewer).pValue <= alpha
    }
    guard rejects(0) else { return nil }
    // Invariant: it rejects with `critical` and does not with `beyond`, where both sides are equal.
    var (critical, beyond) = (0, (discordant + 1) / 2)
    while beyond - critical > 1 {
      let middle = (critical + beyond) / 2
      if rejects(middle) { critical = middle } else { beyond = middle }
    }
    return critical
  }

  private static func largestShare(discordant: Int, critical: Int, power: Double) -> Double {
    var (enough, tooMuch) = (0.0, 0.5)
    for _ in 0..<52 {
      let middle = (enough + tooMuch) / 2
      let distribution = BinomialDistribution(count: discordant, probability: middle)
      if distribution.cumulative(critical) >= power { enough = middle } else { tooMuch = middle }
    }
    return enough
  }
}
