extension Report {
  /// The accuracy under one attack at one radius: an example is correct if it is classified
  /// correctly as it is and no verified attempt of the attack changed that.
  ///
  /// Encoded flat: the fields of ``Evaluation/Accuracy`` stand beside the attack's name.
  public struct RobustAccuracy: Hashable, Sendable {
    /// The attack's name.
    public var attack: String

    /// The radius, in pixel units.
    public var epsilon: Double
    public var accuracy: Accuracy
    public var verification: Verification

    public init(
      attack: String, epsilon: Double, accuracy: Accuracy, verification: Verification
    ) {
      self.attack = attack
      self.epsilon = epsilon
      self.accuracy = accuracy
      self.verification = verification
    }
  }
}

extension Report.RobustAccuracy: Codable {
  private enum CodingKeys: String, CodingKey {
    case attack, epsilon, verification
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    attack = try container.decode(String.self, forKey: .attack)
    epsilon = try container.decode(Double.self, forKey: .epsilon)
    verification = try container.decode(Report.Verification.self, forKey: .verification)
    accuracy = try Accuracy(from: decoder)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(attack, forKey: .attack)
    try container.encode(epsilon, forKey: .epsilon)
    try container.encode(verification, forKey: .verification)
    try accuracy.encode(to: encoder)
  }
}
