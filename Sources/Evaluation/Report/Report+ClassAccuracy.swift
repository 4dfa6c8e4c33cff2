extension Report {
  /// The accuracy on the images of one class. Encoded flat, beside the class's name.
  public struct ClassAccuracy: Hashable, Sendable {
    /// The name of the class.
    public var name: String
    public var accuracy: Accuracy

    public init(name: String, accuracy: Accuracy) {
      self.name = name
      self.accuracy = accuracy
    }
  }
}

extension Report.ClassAccuracy: Codable {
  private enum CodingKeys: String, CodingKey {
    case name = "class"
  }

  public init(from decoder: any Decoder) throws {
    name = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .name)
    accuracy = try Accuracy(from: decoder)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try accuracy.encode(to: encoder)
  }
}
