extension Report {
  /// An attack that was tried, and the settings that decide its strength.
  public struct Attack: Hashable, Sendable, Codable {
    /// What an attack uses of the model, and how often.
    public enum Kind: String, Hashable, Sendable, CaseIterable, Codable {
      /// One gradient: says little about robustness.
      case singleStep = "single-step"
      /// Many gradients.
      case iterative
      /// No gradient, only outputs.
      case blackBox = "black-box"
    }

    /// The name in the catalog of attacks; other parts of the report refer to it.
    public var name: String
    public var kind: Kind

    /// Whether it aims at a chosen wrong class instead of any.
    public var targeted: Bool

    /// How often its step is taken at most.
    public var steps: Int

    /// How many starts are tried for an example.
    public var restarts: Int

    public init(
      name: String, kind: Kind, targeted: Bool = false, steps: Int = 1, restarts: Int = 1
    ) {
      self.name = name
      self.kind = kind
      self.targeted = targeted
      self.steps = steps
      self.restarts = restarts
    }
  }
}
