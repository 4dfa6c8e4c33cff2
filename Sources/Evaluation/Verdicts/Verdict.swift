/// What a comparison of a candidate with a baseline shows, ordered from the weakest to the best.
public enum Verdict: String, Hashable, Sendable, CaseIterable, Codable {
  /// A finding undermines the figures: they show nothing.
  case invalid
  /// The candidate is less accurate.
  case worse
  /// Neither a difference nor its absence is shown.
  case inconclusive
  /// If there is a difference, it is smaller than the margin.
  case equivalent
  /// The candidate is more accurate.
  case better

  /// The verdict of a comparison, in this order: *invalid* if a finding undermines it; *inconclusive*
  /// if its design allows no p-value as small as `alpha` (too few checkpoints a side); *equivalent*
  /// if the interval lies within ±`margin`; *better* or *worse* if the p-value is at most `alpha`;
  /// otherwise *inconclusive*.
  ///
  /// Equivalence comes first, so that with many examples a difference too small to matter is not
  /// called better because it is significant.
  ///
  /// - Parameters:
  ///   - adjustedPValue: The p-value after ``HolmCorrection``, where the comparison is one of
  ///     several; otherwise its own. The interval is not corrected.
  ///   - margin: The largest difference that does not matter, in percentage points.
  public init(
    of test: some DifferenceTest, adjustedPValue: Double? = nil, margin: Double = 1,
    alpha: Double = 0.05, isUndermined: Bool = false
  ) {
    if isUndermined {
      self = .invalid
    } else if test.smallestPossiblePValue > alpha {
      self = .inconclusive
    } else if test.liesWithin(margin: margin) {
      self = .equivalent
    } else if adjustedPValue ?? test.pValue <= alpha {
      self = test.differencePoints < 0 ? .worse : .better
    } else {
      self = .inconclusive
    }
  }
}

extension Verdict: Comparable {
  /// Whether the left verdict is the weaker one.
  public static func < (left: Verdict, right: Verdict) -> Bool {
    left.rank < right.rank
  }

  private var rank: Int {
    switch self {
    case .invalid: 0
    case .worse: 1
    case .inconclusive: 2
    case .equivalent: 3
    case .better: 4
    }
  }
}
