/// A report, and what it was made from.
public struct EvaluationResult: Sendable {
  public let report: Report
  /// By checkpoint, radius and example; empty unless asked for.
  public let outcomes: [ExampleOutcome]
  /// The adversarial images of the outcomes that have a witness, in their order, each `[H, W, C]`;
  /// empty unless asked for.
  public let witnesses: [[Float]]

  public init(report: Report, outcomes: [ExampleOutcome], witnesses: [[Float]]) {
    self.report = report
    self.outcomes = outcomes
    self.witnesses = witnesses
  }
}
