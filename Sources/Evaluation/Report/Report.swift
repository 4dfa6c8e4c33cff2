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

  public var findings: [Finding]

  public init(
    dataset: Dataset, threat: Threat, confidence: ConfidenceLevel = .percent95, attacks: [Attack],
    checkpoints: [Checkpoint], comparisons: [Comparison] = [], transfer: [Transfer]? = nil,
    findings: [Finding] = []
  ) {
    schemaVersion = SchemaVersion()
    self.dataset = dataset
    self.threat = threat
    self.confidence = confidence
    self.attacks = attacks
    self.checkpoints = checkpoints
    self.comparisons = comparisons
    self.transfer = transfer
    self.findings = findings
  }
}
