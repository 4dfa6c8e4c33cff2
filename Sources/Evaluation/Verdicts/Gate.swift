/// A candidate held against its requirements.
///
/// An invalid evaluation is invalid whatever its figures; then any breach breaches; then anything
/// undecided leaves the whole undecided; otherwise it passes. Without requirements it passes unless
/// it is invalid.
public struct Gate: Hashable, Sendable, Codable {
  public let requirements: Requirements

  /// The verdict against the baseline, whether required or not; `nil` if there is no baseline or
  /// nothing was attacked.
  public let comparison: ComparisonVerdict?

  /// One for each requirement and, of the minimum, for each radius.
  public let results: [RequirementResult]
  public let outcome: GateOutcome

  public init(_ requirements: Requirements, evidence: Evidence) {
    self.requirements = requirements
    comparison = ComparisonVerdict(
      evidence, margin: requirements.margin, alpha: requirements.alpha)
    var results: [RequirementResult] = []
    if let minimum = requirements.minimumRobust {
      results += RequirementResult.minimumRobust(minimum, evidence)
    }
    if let required = requirements.comparison {
      results.append(.comparison(required, comparison, evidence))
    }
    if let drop = requirements.maximumCleanDrop {
      results.append(.maximumCleanDrop(drop, evidence))
    }
    self.results = results
    outcome =
      if !evidence.underminingFindings.isEmpty {
        .invalid
      } else if results.contains(where: { $0.status == .breached }) {
        .breached
      } else if results.contains(where: { result in
        result.status == .inconclusive
          && (result.obstacle != nil || !requirements.inconclusivePasses)
      }) {
        .inconclusive
      } else {
        .pass
      }
  }

  /// The exit status: that of the outcome, or 0 if the requirements are only to be reported on.
  public var exitCode: Int32 {
    requirements.isReportOnly ? 0 : outcome.exitCode
  }
}
