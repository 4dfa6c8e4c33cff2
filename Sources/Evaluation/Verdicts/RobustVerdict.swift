/// The verdict at one radius with the figures it rests on.
public struct RobustVerdict: Hashable, Sendable, Codable {
  /// What the figures are made with.
  public enum Method: String, Hashable, Sendable, CaseIterable, Codable {
    /// ``PairedComparison``: two checkpoints, a number of examples fixed in advance.
    case paired
    /// ``SequentialPairedTest``: two checkpoints, stopped when enough was seen.
    case sequential
    /// ``SeedComparison``: several checkpoints a side.
    case seeds
  }

  /// The radius, in pixel units.
  public let epsilon: Double
  public let verdict: Verdict
  public let method: Method

  /// Candidate minus baseline, in percentage points.
  public let differencePoints: Double

  /// The 95 % interval of the difference, in percentage points; encoded as `[lower, upper]`. `nil`
  /// only where a ``SeedComparison`` has none.
  public let intervalPoints: ClosedRange<Double>?

  /// The p-value after ``HolmCorrection`` over the radii.
  public let adjustedPValue: Double

  /// Of a paired verdict, the ``DetectableDifference`` in percentage points with a power of 80 %;
  /// `nil` if nothing could have been shown.
  public let detectablePoints: Double?

  /// Of several checkpoints a side, the smallest p-value their numbers allow.
  public let smallestPossiblePValue: Double?

  init(
    of test: any DifferenceTest, epsilon: Double, adjustedPValue: Double, margin: Double,
    alpha: Double, isUndermined: Bool
  ) {
    self.epsilon = epsilon
    self.adjustedPValue = adjustedPValue
    verdict = Verdict(
      of: test, adjustedPValue: adjustedPValue, margin: margin, alpha: alpha,
      isUndermined: isUndermined)
    method = test.method
    differencePoints = test.differencePoints
    intervalPoints = test.differenceInterval
    detectablePoints = test.detectablePoints(alpha: alpha)
    smallestPossiblePValue = test.smallestPossiblePValue > 0 ? test.smallestPossiblePValue : nil
  }

  /// The figures as people read them: `+12.30 points (95 % interval +10.10…+14.50, p < 0.0001)`.
  public var figures: String {
    let interval = intervalPoints.map { "95 % interval \(Figures.signedRange($0)), " } ?? ""
    let probability = Figures.probability(adjustedPValue)
    return "\(Figures.signed(differencePoints)) points (\(interval)"
      + "p \(probability.hasPrefix("<") ? "" : "= ")\(probability))"
  }

  /// What more could have been shown, for people; `nil` if nothing is known about it.
  var limitation: String? {
    if let detectablePoints {
      let points = Figures.fixed(detectablePoints, decimals: 2)
      return "with 80 % probability these examples would show a difference of \(points) points"
    }
    return smallestPossiblePValue.map {
      "so few checkpoints allow no p-value below \(Figures.probability($0))"
    }
  }
}
