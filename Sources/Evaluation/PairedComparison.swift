/// Two checkpoints on the same examples: the difference of their accuracies and whether chance
/// explains it.
public struct PairedComparison: Hashable, Sendable, Codable {
  /// The number of examples both were tried on.
  public let count: Int

  /// Accuracy of the candidate minus accuracy of the baseline, in percentage points.
  public let differencePoints: Double

  /// The ``PairedDifferenceInterval`` of the difference, in percentage points; encoded as
  /// `[lower, upper]`.
  public let intervalPoints: ClosedRange<Double>

  /// Examples that the baseline gets right and the candidate wrong.
  public let onlyBaselineCorrect: Int

  /// Examples that the candidate gets right and the baseline wrong.
  public let onlyCandidateCorrect: Int

  /// The p-value of the two-sided exact ``McNemarTest``.
  public let pValue: Double

  /// - Precondition: `count` is positive and at least the sum of the two discordant counts, neither
  ///   of which is negative.
  public init(
    count: Int, onlyBaselineCorrect: Int, onlyCandidateCorrect: Int,
    confidence: ConfidenceLevel = .percent95
  ) {
    self.count = count
    self.onlyBaselineCorrect = onlyBaselineCorrect
    self.onlyCandidateCorrect = onlyCandidateCorrect
    let interval = PairedDifferenceInterval(
      count: count, onlyFirstCorrect: onlyBaselineCorrect, onlySecondCorrect: onlyCandidateCorrect,
      confidence: confidence)
    intervalPoints = 100 * interval.lower...100 * interval.upper
    pValue =
      McNemarTest(onlyFirstCorrect: onlyBaselineCorrect, onlySecondCorrect: onlyCandidateCorrect)
      .pValue
    // Whole numbers until the one division, so the quotient is the correctly rounded one.
    differencePoints = Double(100 * (onlyCandidateCorrect - onlyBaselineCorrect)) / Double(count)
  }

  /// Compares lists that say for every example whether it was classified correctly.
  ///
  /// - Precondition: the lists are of one length, not empty, and in the same order of examples.
  public init(
    baselineOutcomes: [Bool], candidateOutcomes: [Bool], confidence: ConfidenceLevel = .percent95
  ) {
    precondition(
      baselineOutcomes.count == candidateOutcomes.count,
      "PairedComparison: \(baselineOutcomes.count) outcomes of the baseline and "
        + "\(candidateOutcomes.count) of the candidate are not of the same examples")
    let pairs = zip(baselineOutcomes, candidateOutcomes)
    self.init(
      count: baselineOutcomes.count,
      onlyBaselineCorrect: pairs.count { $0 && !$1 },
      onlyCandidateCorrect: pairs.count { !$0 && $1 },
      confidence: confidence)
  }
}
