/// What an evaluation found, as plain data: every figure that is shown anywhere stands here.
///
/// The same checkpoints, data and settings give an equal report on every machine. So it holds no
/// clock, duration, host or thread count, and a path only as it was given.
public struct Report: Hashable, Sendable, Codable {
  public let schemaVersion: SchemaVersion
  public var dataset: Dataset
  public var threat: Threat

  /// The level of every interval in the report.
  public var confidence: ConfidenceLevel

  public var attacks: [Attack]
  public var checkpoints: [Checkpoint]
  public var comparisons: [Comparison]

  /// Examples crafted on one checkpoint and tried on another; `nil` where this was not asked for.
  public var transfer: [Transfer]?

  /// The smallest radii that break the examples; `nil` where this was not asked for.
  public var smallestRadii: [SmallestRadii]?

  /// What a limited evaluation did; `nil` where every example was attacked.
  public var spending: Spending?

  public var findings: [Finding]

  /// Every candidate against the requirements.
  public var gates: [CandidateGate] { didSet { judge() } }

  /// What all candidates together say: the worst of their outcomes.
  public private(set) var outcome = GateOutcome.pass

  /// The weakest verdict of any candidate; `nil` where nothing was compared.
  public private(set) var verdict: Verdict?

  public init(
    dataset: Dataset, threat: Threat, confidence: ConfidenceLevel = .percent95, attacks: [Attack],
    checkpoints: [Checkpoint], comparisons: [Comparison] = [], transfer: [Transfer]? = nil,
    smallestRadii: [SmallestRadii]? = nil, spending: Spending? = nil,
    findings: [Finding] = [], gates: [CandidateGate] = []
  ) {
    schemaVersion = SchemaVersion()
    self.dataset = dataset
    self.threat = threat
    self.confidence = confidence
    self.attacks = attacks
    self.checkpoints = checkpoints
    self.comparisons = comparisons
    self.transfer = transfer
    self.smallestRadii = smallestRadii
    self.spending = spending
    self.findings = findings
    self.gates = gates
    judge()
  }

  private mutating func judge() {
    let outcomes = gates.map(\.gate.outcome)
    outcome =
      [GateOutcome.invalid, .breached, .inconclusive].first { outcomes.contains($0) } ?? .pass
    verdict = gates.compactMap(\.gate.comparison?.verdict).min()
  }
}
