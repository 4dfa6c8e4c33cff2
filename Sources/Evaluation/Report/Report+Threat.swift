extension Report {
  /// What an attacker may change.
  public struct Threat: Hashable, Sendable, Codable {
    /// The norm that measures a perturbation, such as `"linf"`.
    public var norm: String

    /// The radii that were tried, in pixel units of `range`.
    public var epsilons: [Double]

    /// The values a pixel may take; encoded as `[lower, upper]`.
    public var range: ClosedRange<Double>

    public init(norm: String, epsilons: [Double], range: ClosedRange<Double> = 0...1) {
      self.norm = norm
      self.epsilons = epsilons
      self.range = range
    }
  }
}
