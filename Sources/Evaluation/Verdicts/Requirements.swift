/// What a candidate must show to pass, and how strictly it is judged.
public struct Requirements: Hashable, Sendable, Codable {
  /// What the comparison with the baseline must show.
  public enum Comparison: String, Hashable, Sendable, CaseIterable, Codable {
    /// The candidate is better at every radius.
    case better
    /// The candidate is better or equivalent at every radius.
    case notWorse = "not-worse"
  }

  /// The smallest robust accuracy allowed at every radius, in 0…1.
  public var minimumRobust: Double?

  /// What the robust accuracies must show against the baseline's.
  public var comparison: Comparison?

  /// How many percentage points of clean accuracy the candidate may lose against the baseline.
  public var maximumCleanDrop: Double?

  /// The largest difference of robust accuracies that does not matter, in percentage points.
  public var margin: Double

  /// The level at which a difference counts as shown.
  public var alpha: Double

  /// Whether too few examples for a decision are no obstacle. What can never be decided, such as a
  /// comparison without a baseline, stays one.
  public var inconclusivePasses: Bool

  /// Whether the exit status is 0 whatever the outcome.
  public var isReportOnly: Bool

  /// - Precondition: `minimumRobust` is in 0…1, `maximumCleanDrop` and `margin` in 0…100, and
  ///   `alpha` above 0 and at most 0.5.
  public init(
    minimumRobust: Double? = nil, comparison: Comparison? = nil, maximumCleanDrop: Double? = nil,
    margin: Double = 1, alpha: Double = 0.05, inconclusivePasses: Bool = false,
    isReportOnly: Bool = false
  ) {
    precondition(
      minimumRobust.map { (0...1).contains($0) } ?? true,
      "Requirements: minimum robust accuracy \(minimumRobust ?? 0) must be in 0…1")
    precondition(
      maximumCleanDrop.map { (0...100).contains($0) } ?? true,
      "Requirements: clean drop of \(maximumCleanDrop ?? 0) points must be in 0…100")
    precondition(
      (0...100).contains(margin), "Requirements: margin of \(margin) points must be in 0…100")
    precondition(
      0 < alpha && alpha <= 0.5,
      "Requirements: level \(alpha) must be above 0 and at most 0.5")
    self.minimumRobust = minimumRobust
    self.comparison = comparison
    self.maximumCleanDrop = maximumCleanDrop
    self.margin = margin
    self.alpha = alpha
    self.inconclusivePasses = inconclusivePasses
    self.isReportOnly = isReportOnly
  }
}
