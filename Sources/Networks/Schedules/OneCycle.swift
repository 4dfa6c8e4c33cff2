public import Configurations

/// The learning rate rises from a fraction of its value to the whole, and then falls to almost
/// nothing (Smith & Topin 2019, "Super-convergence"), in two phases as PyTorch's `OneCycleLR`
/// without `three_phase`. The momentum is not cycled.
///
/// The recipe's learning rate is that of the peak.
public struct OneCycle: LearningRateCurve {
  public static let type = "one-cycle"

  /// How a phase goes from its first rate to its last.
  public enum Phase: String, Hashable, Sendable, CaseIterable {
    case cosine
    case linear
  }

  /// The share of the cycle after which the rate is highest.
  public let peak: Double
  public let phase: Phase
  /// The peak's rate divided by the first.
  public let divisor: Double
  /// The first rate divided by the last.
  public let finalDivisor: Double

  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    peak = try object.number("peak", in: 0...1) ?? 0.3
    phase = try object.choice("phase", among: Phase.allCases) { $0.rawValue } ?? .cosine
    divisor = try object.number("divisor", in: 1...1e6) ?? 25
    finalDivisor = try object.number("finalDivisor", in: 1...1e12) ?? 1e4
  }

  public var configuration: [String: JSONValue] {
    [
      "peak": .number(peak), "phase": .string(phase.rawValue), "divisor": .number(divisor),
      "finalDivisor": .number(finalDivisor),
    ]
  }

  public func factor(step: Int, of count: Int, warmup: Int) -> Double {
    let position = Double(step - 1 - warmup)
    let last = Double(count - 1 - warmup)
    let highest = peak * Double(count - warmup) - 1
    let first = 1 / divisor
    return position <= highest
      ? value(from: first, to: 1, at: position, in: 0...highest)
      : value(from: 1, to: first / finalDivisor, at: position, in: highest...last)
  }

  private func value(
    from start: Double, to end: Double, at position: Double, in range: ClosedRange<Double>
  ) -> Double {
    let length = range.upperBound - range.lowerBound
    let share = length > 0 ? (position - range.lowerBound) / length : 1
    return switch phase {
    case .linear: start + (end - start) * share
    case .cosine: end + (start - end) / 2 * (1 + cosine(halfTurns: share))
    }
  }
}
