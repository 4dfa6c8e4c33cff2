extension Report {
  /// A candidate held against the requirements, with the verdict beside its baseline.
  public struct CandidateGate: Hashable, Sendable, Codable {
    /// The paths of the candidate's checkpoints: one, or several of one recipe.
    public var candidate: [String]

    /// The paths of the baseline's checkpoints; empty without one.
    public var baseline: [String]
    public var gate: Gate

    public init(candidate: [String], baseline: [String], gate: Gate) {
      self.candidate = candidate
      self.baseline = baseline
      self.gate = gate
    }
  }

  /// The exit status of a process that ends with this report.
  public var exitCode: Int32 {
    gates.contains { $0.gate.requirements.isReportOnly } ? 0 : outcome.exitCode
  }
}
