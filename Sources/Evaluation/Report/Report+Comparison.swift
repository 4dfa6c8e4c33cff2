extension Report {
  /// A candidate beside a baseline on the same examples. It speaks of these two checkpoints, not of
  /// the two ways in which they were trained.
  public struct Comparison: Hashable, Sendable, Codable {
    /// The path of the baseline.
    public var baseline: String

    /// The path of the candidate.
    public var candidate: String
    public var clean: PairedComparison

    /// Under every attack and radius, each checkpoint against examples crafted on itself.
    public var robust: [RobustComparison]

    public init(
      baseline: String, candidate: String, clean: PairedComparison, robust: [RobustComparison]
    ) {
      self.baseline = baseline
      self.candidate = candidate
      self.clean = clean
      self.robust = robust
    }
  }
}
