/// How often an interval made this way holds the true value.
///
/// A closed list instead of any number: the quantiles are constants, so that no function of the C
/// library, whose last bit differs between platforms, reaches a report.
public enum ConfidenceLevel: Double, Hashable, Sendable, CaseIterable, Codable {
  case percent90 = 0.9
  case percent95 = 0.95
  case percent99 = 0.99

  /// The two-sided quantile of the standard normal distribution, Φ⁻¹((1 + level) / 2).
  public var normalQuantile: Double {
    switch self {
    case .percent90: 1.6448536269514722
    case .percent95: 1.959963984540054
    case .percent99: 2.5758293035489004
    }
  }
}
