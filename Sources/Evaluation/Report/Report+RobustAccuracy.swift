extension Report {
  /// The accuracy under the attacks of a suite at one radius: an example is correct if it is
  /// classified correctly as it is and no verified attempt of any attack changed that.
  ///
  /// Encoded flat: the fields of ``Evaluation/Accuracy`` stand beside the attack's name.
  public struct RobustAccuracy: Hashable, Sendable {
    /// The name of the suite.
    public var attack: String

    /// The radius, in pixel units.
    public var epsilon: Double
    public var accuracy: Accuracy
    public var verification: Verification

    /// What each attack of the suite did.
    public var stages: [Stage]

    /// The accuracy on the images of each class that has any.
    public var classes: [ClassAccuracy]

    /// The accuracy under random changes of the same size, one for each example: what an attack
    /// must beat. Nil at a radius of 0.
    public var noise: Accuracy?

    public init(
      attack: String, epsilon: Double, accuracy: Accuracy, verification: Verification,
      stages: [Stage] = [], classes: [ClassAccuracy] = [], noise: Accuracy? = nil
    ) {
      self.attack = attack
      self.epsilon = epsilon
      self.accuracy = accuracy
      self.verification = verification
      self.stages = stages
      self.classes = classes
      self.noise = noise
    }

    /// The class with the least accuracy, the first of equals.
    public var worstClass: ClassAccuracy? {
      classes.min { $0.accuracy.accuracy < $1.accuracy.accuracy }
    }
  }
}

extension Report.RobustAccuracy: Codable {
  private enum CodingKeys: String, CodingKey {
    case attack, epsilon, verification, stages, classes, noise
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    attack = try container.decode(String.self, forKey: .attack)
    epsilon = try container.decode(Double.self, forKey: .epsilon)
    verification = try container.decode(Report.Verification.self, forKey: .verification)
    stages = try container.decode([Report.Stage].self, forKey: .stages)
    classes = try container.decode([Report.ClassAccuracy].self, forKey: .classes)
    noise = try container.decodeIfPresent(Accuracy.self, forKey: .noise)
    accuracy = try Accuracy(from: decoder)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(attack, forKey: .attack)
    try container.encode(epsilon, forKey: .epsilon)
    try container.encode(verification, forKey: .verification)
    try container.encode(stages, forKey: .stages)
    try container.encode(classes, forKey: .classes)
    try container.encodeIfPresent(noise, forKey: .noise)
    try accuracy.encode(to: encoder)
  }
}
