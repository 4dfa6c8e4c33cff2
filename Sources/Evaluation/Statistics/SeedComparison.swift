/// Several checkpoints of one recipe against several of another, trained from different seeds: a
/// comparison of recipes, where ``PairedComparison`` speaks of two checkpoints.
///
/// The unit is the checkpoint, not the example. The test is the permutation test: if the recipes are
/// alike, every split of the checkpoints into two groups of these sizes is as likely as the one
/// observed, and the p-value is the share of splits whose means differ at least as much. All splits
/// are tried up to 200,000 (10 against 10); beyond that 20,000 at random, always the same ones, with
/// the observed split counted among them (B. Phipson and G. K. Smyth, "Permutation p-values should
/// never be zero", Statistical Applications in Genetics and Molecular Biology 9, 2010).
///
/// The examples are the same for all and are taken as given.
public struct SeedComparison: Hashable, Sendable, Codable {
  /// The number of checkpoints a side.
  public let baselineCount: Int
  public let candidateCount: Int

  /// Mean accuracy of the candidates minus mean accuracy of the baselines, in percentage points.
  public let differencePoints: Double

  /// The interval of the difference of the means, in percentage points, by B. L. Welch, "The
  /// generalization of 'Student's' problem when several different population variances are
  /// involved", Biometrika 34 (1947); the degrees of freedom are rounded down. `nil` where a side
  /// has one checkpoint only or no side varies.
  public let intervalPoints: ClosedRange<Double>?

  /// The two-sided p-value of the permutation test, in `0 < p ≤ 1`.
  public let pValue: Double

  /// The smallest p-value that these numbers of checkpoints allow: 0.1 for 3 against 3, 0.029 for 4
  /// against 4. Above α no difference whatever can be shown.
  public let smallestPossiblePValue: Double

  /// Whether all splits were tried.
  public let isExact: Bool

  /// - Precondition: neither side is empty, and all accuracies are of the same number of examples.
  public init(
    baseline: [Accuracy], candidate: [Accuracy], confidence: ConfidenceLevel = .percent95
  ) {
    precondition(
      !baseline.isEmpty && !candidate.isEmpty,
      "SeedComparison: \(baseline.count) and \(candidate.count) checkpoints; one a side is needed")
    let examples = baseline[0].count
    precondition(
      (baseline + candidate).allSatisfy { $0.count == examples },
      "SeedComparison: the accuracies are of \(Set((baseline + candidate).map(\.count)).sorted()) "
        + "examples; one number is needed")
    let (first, second) = (baseline.map(\.correct), candidate.map(\.correct))
    let difference =
      first.count * second.reduce(0, +) - second.count * first.reduce(0, +)
    baselineCount = first.count
    candidateCount = second.count
    differencePoints = Double(100 * difference) / Double(first.count * second.count * examples)
    intervalPoints = Self.welchDeviation(first, second, confidence).map { deviation in
      let center = Double(difference) / Double(first.count * second.count)
      let scale = 100 / Double(examples)
      return scale * (center - deviation)...scale * (center + deviation)
    }
    let test = PermutationTest(first, second)
    pValue = test.pValue
    smallestPossiblePValue = test.smallestPossiblePValue
    isExact = test.isExact
  }

  /// Half the width of the interval of the difference of the means.
  private static func welchDeviation(
    _ first: [Int], _ second: [Int], _ confidence: ConfidenceLevel
  ) -> Double? {
    guard min(first.count, second.count) > 1 else { return nil }
    let parts = [first, second].map { counts in
      let (number, sum) = (counts.count, counts.reduce(0, +))
      // Whole numbers: Σ(x − mean)² = (n·Σx² − (Σx)²) / n, and the variance of the mean by that.
      let squares = number * counts.reduce(0) { $0 + $1 * $1 } - sum * sum
      return Double(squares) / Double(number * number * (number - 1))
    }
    let variance = parts[0] + parts[1]
    guard variance > 0 else { return nil }
    let degrees =
      variance * variance
      / (parts[0] * parts[0] / Double(first.count - 1)
        + parts[1] * parts[1] / Double(second.count - 1))
    // Rounding must not push a whole number down to the next.
    let distribution = StudentDistribution(degrees: max(1, Int(degrees + 1e-9)))
    return distribution.quantile(confidence) * variance.squareRoot()
  }
}
