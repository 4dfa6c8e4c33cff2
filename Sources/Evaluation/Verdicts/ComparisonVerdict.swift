/// The verdicts of a comparison at all its radii.
public struct ComparisonVerdict: Hashable, Sendable, Codable {
  /// One for each radius, in the order of the evidence.
  public let robust: [RobustVerdict]

  /// The weakest of them: a candidate that is better at one radius and worse at another is worse.
  public let verdict: Verdict

  /// The p-values are corrected over the radii by ``HolmCorrection``; the intervals, and so the
  /// claims of equivalence, are not. `nil` if there is no baseline or nothing was attacked.
  ///
  /// - Precondition: either all radii have a comparison or none has.
  public init?(_ evidence: Evidence, margin: Double = 1, alpha: Double = 0.05) {
    let tests = evidence.robust.compactMap { $0.test(isSequential: evidence.isSequential) }
    guard !tests.isEmpty else { return nil }
    precondition(
      tests.count == evidence.robust.count,
      "ComparisonVerdict: \(tests.count) of \(evidence.robust.count) radii have a comparison")
    let correction = HolmCorrection(pValues: tests.map(\.pValue))
    robust = tests.indices.map { index in
      RobustVerdict(
        of: tests[index], epsilon: evidence.robust[index].epsilon,
        adjustedPValue: correction.adjustedPValues[index], margin: margin, alpha: alpha,
        isUndermined: !evidence.underminingFindings.isEmpty)
    }
    verdict = robust.map(\.verdict).min()!
  }

  /// The radius that decides: of those with the weakest verdict the one where the candidate does
  /// least well, the first of equals.
  public var weakest: RobustVerdict {
    robust.filter { $0.verdict == verdict }.min { $0.differencePoints < $1.differencePoints }!
  }
}

extension Evidence.Robust {
  /// The test that decides at this radius.
  fileprivate func test(isSequential: Bool) -> (any DifferenceTest)? {
    if let seeds { return seeds }
    guard isSequential else { return comparison }
    return comparison.map {
      SequentialPairedTest(
        count: $0.count, onlyBaselineCorrect: $0.onlyBaselineCorrect,
        onlyCandidateCorrect: $0.onlyCandidateCorrect)
    }
  }
}
