extension Report {
  /// The comparison under one attack at one radius.
  ///
  /// Encoded flat: the fields of ``PairedComparison`` stand beside the attack's name.
  public struct RobustComparison: Hashable, Sendable {
    /// The attack's name.
    public var attack: String

    /// The radius, in pixel units.
    public var epsilon: Double
    public var comparison: PairedComparison

    public init(attack: String, epsilon: Double, comparison: PairedComparison) {
      self.attack = attack
      self.epsilon = epsilon
      self.comparison = comparison
    }
  }
}

extension Report.RobustComparison: Codable {
  private enum CodingKeys: String, CodingKey {
    case attack, epsilon
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    attack = try container.decode(String.self, forKey: .attack)
    epsilon = try container.decode(Double.self, forKey: .epsilon)
    comparison = try PairedComparison(from: decoder)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(attack, forKey: .attack)
    try container.encode(epsilon, forKey: .epsilon)
    try comparison.encode(to: encoder)
  }
}
