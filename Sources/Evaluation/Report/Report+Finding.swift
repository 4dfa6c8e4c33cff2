extension Report {
  /// Something a reader must know before believing the figures.
  public struct Finding: Hashable, Sendable, Codable {
    public enum Severity: String, Hashable, Sendable, CaseIterable, Codable {
      /// The figures are right, and say less than one might think.
      case note
      /// The figures must not be used for what they seem to say: the evaluation is invalid.
      case invalid
    }

    /// A name for machines, such as `"single-step-only"`; it does not change between versions.
    public var code: String
    public var severity: Severity

    /// The path of the checkpoint that it is about; nil where it is about all.
    public var checkpoint: String?

    /// The radius that it is about; nil where it is about all.
    public var epsilon: Double?

    /// One sentence for people.
    public var message: String

    public init(
      code: String, severity: Severity, checkpoint: String? = nil, epsilon: Double? = nil,
      message: String
    ) {
      self.code = code
      self.severity = severity
      self.checkpoint = checkpoint
      self.epsilon = epsilon
      self.message = message
    }
  }
}

extension Report.Finding {
  /// The finding that no attack of an evaluation takes more than one step, or `nil` if one does or
  /// nothing was attacked.
  public static func singleStepOnly(_ attacks: [Report.Attack]) -> Report.Finding? {
    guard !attacks.isEmpty, attacks.allSatisfy({ $0.kind == .singleStep }) else { return nil }
    let names = attacks.map(\.name)
    let message =
      names.count == 1
      ? "\(names[0]) is a single-step attack; a single-step attack alone is no evidence of "
        + "robustness."
      : "\(names.joined(separator: ", ")) are single-step attacks; single-step attacks alone are "
        + "no evidence of robustness."
    return Report.Finding(code: "single-step-only", severity: .note, message: message)
  }

  /// The finding that a checkpoint was trained on images it is evaluated on.
  public static func trainedOnTestData(checkpoint path: String) -> Report.Finding {
    Report.Finding(
      code: "trained-on-test-data", severity: .invalid, checkpoint: path,
      message: "\(path) was trained on images of this evaluation; its figures say nothing about "
        + "images it has not seen.")
  }

  /// Not every example was attacked.
  static func limited(_ spending: Report.Spending) -> Report.Finding {
    let left = spending.available - spending.attacked
    let reason = spending.isSettled ? "the verdict was settled" : "the budget was spent"
    return Report.Finding(
      code: "limited", severity: .note,
      message: "stopped after \(spending.attacked) of \(spending.available) examples, because "
        + "\(reason); \(left) were not attacked. The verdict holds for stopping at any moment; "
        + "the intervals and p-values of single figures do not.")
  }

  /// Some claimed successes failed their check: a mistake in the program, never counted.
  public static func unverified(
    checkpoint path: String, attack: String, count: Int
  ) -> Report.Finding {
    Report.Finding(
      code: "unverified-examples", severity: .invalid, checkpoint: path,
      message: "\(count) examples that \(attack) made on \(path) left the allowed set and were not "
        + "counted; this is a bug, please report it.")
  }
}
