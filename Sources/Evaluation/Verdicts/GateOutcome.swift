/// What all requirements together say.
public enum GateOutcome: String, Hashable, Sendable, CaseIterable, Codable {
  /// Every requirement is met.
  case pass
  /// At least one requirement is breached.
  case breached
  /// None is breached, and at least one is neither met nor breached.
  case inconclusive
  /// A finding undermines the figures.
  case invalid

  /// The exit status of a process that ends with this outcome.
  public var exitCode: Int32 {
    switch self {
    case .pass: 0
    case .breached: 1
    case .inconclusive: 2
    case .invalid: 3
    }
  }
}
