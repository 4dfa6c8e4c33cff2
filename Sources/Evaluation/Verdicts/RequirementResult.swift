/// Whether one requirement is met, with the figures that say so.
public struct RequirementResult: Hashable, Sendable, Codable {
  public enum Status: String, Hashable, Sendable, CaseIterable, Codable {
    /// The whole interval, or the verdict, is on the right side.
    case met
    /// The whole interval, or the verdict, is on the wrong side.
    case breached
    /// Neither is shown.
    case inconclusive
  }

  /// Why a requirement can never be met with this evidence, whatever the number of examples.
  public enum Obstacle: String, Hashable, Sendable, CaseIterable, Codable {
    /// A comparison is required and there is no baseline.
    case missingBaseline = "missing-baseline"
    /// Robustness is required and nothing was attacked.
    case nothingAttacked = "nothing-attacked"
    /// The figure is good, and comes from single-step attacks alone.
    case singleStepOnly = "single-step-only"
    /// A finding undermines the figures.
    case underminedFigures = "undermined-figures"
  }

  /// The name of the requirement as an option: `"min-robust"`, `"require"` or `"max-clean-drop"`.
  public let name: String

  /// The radius of the figure, in pixel units; `nil` if the requirement speaks of none or of all.
  public let epsilon: Double?
  public let status: Status

  /// What stands in the way, if the status is *inconclusive* for a reason other than chance.
  public let obstacle: Obstacle?

  /// One sentence for people, without a full stop.
  public let message: String

  init(
    name: String, epsilon: Double? = nil, status: Status, obstacle: Obstacle? = nil,
    message: String
  ) {
    self.name = name
    self.epsilon = epsilon
    self.status = status
    self.obstacle = obstacle
    self.message = message
  }
}
