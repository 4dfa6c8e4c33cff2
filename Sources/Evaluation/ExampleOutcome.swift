/// What became of one example on one checkpoint at one radius: a line of the outcomes file.
public struct ExampleOutcome: Hashable, Sendable, Codable {
  public var checkpoint: String
  public var epsilon: Double
  /// The place in the data set.
  public var index: Int
  /// The true class, by its number.
  public var label: Int
  /// The class that the model sees unharmed; −1 where its logits are not numbers.
  public var prediction: Int
  /// Whether it is right unharmed and no attack broke it.
  public var robust: Bool
  /// The attacks that were tried, in their order, and whether they broke it.
  public var attacks: [Attempt]
  /// The first success.
  public var witness: Witness?

  public struct Attempt: Hashable, Sendable, Codable {
    public var attack: String
    public var broken: Bool
  }

  public struct Witness: Hashable, Sendable, Codable {
    public var attack: String
    /// The class that the model sees in the adversarial image.
    public var prediction: Int
    /// The distance from the original in the norm of the threat model.
    public var distance: Double
    /// The SHA-256 of the image's float32 values, little-endian.
    public var digest: String
  }
}
