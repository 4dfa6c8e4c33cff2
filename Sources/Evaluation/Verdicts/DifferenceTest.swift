/// A test of the difference of two accuracies, from which a ``Verdict`` can be drawn.
public protocol DifferenceTest: Sendable {
  /// What the figures are made with.
  var method: RobustVerdict.Method { get }

  /// Candidate minus baseline, in percentage points.
  var differencePoints: Double { get }

  /// The two-sided p-value of equal accuracy.
  var pValue: Double { get }

  /// The interval of the difference, in percentage points, if there is one.
  var differenceInterval: ClosedRange<Double>? { get }

  /// The smallest p-value that the design allows; 0 where nothing limits it.
  var smallestPossiblePValue: Double { get }

  /// Whether the interval lies within ±`margin` percentage points.
  func liesWithin(margin: Double) -> Bool

  /// The ``DetectableDifference`` in percentage points with a power of 80 %, where it is known.
  func detectablePoints(alpha: Double) -> Double?
}

extension DifferenceTest {
  public var smallestPossiblePValue: Double { 0 }

  public func liesWithin(margin: Double) -> Bool {
    differenceInterval.map { -margin <= $0.lowerBound && $0.upperBound <= margin } ?? false
  }

  public func detectablePoints(alpha: Double) -> Double? { nil }
}

extension PairedComparison: DifferenceTest {
  public var method: RobustVerdict.Method { .paired }
  public var differenceInterval: ClosedRange<Double>? { intervalPoints }

  public func detectablePoints(alpha: Double) -> Double? {
    DetectableDifference(
      count: count, discordant: onlyBaselineCorrect + onlyCandidateCorrect, alpha: alpha
    ).points
  }
}

extension SequentialPairedTest: DifferenceTest {
  public var method: RobustVerdict.Method { .sequential }
  public var differenceInterval: ClosedRange<Double>? { intervalPoints }
}

extension SeedComparison: DifferenceTest {
  public var method: RobustVerdict.Method { .seeds }
  public var differenceInterval: ClosedRange<Double>? { intervalPoints }
}
