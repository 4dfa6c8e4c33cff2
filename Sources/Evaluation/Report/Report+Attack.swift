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

    /// The name with its settings, such as `pgd:steps=40`; other parts of the report refer to it.
    public var name: String
    public var kind: Kind

    /// Towards how many of the most probable wrong classes it is led, one after the other; 0 leads
    /// away from the true class.
    public var targets: Int

    /// How often its step is taken at most.
    public var steps: Int

    /// How many starts are tried for an example.
    public var restarts: Int

    public init(
      name: String, kind: Kind, targets: Int = 0, steps: Int = 1, restarts: Int = 1
    ) {
      self.name = name
      self.kind = kind
      self.targets = targets
      self.steps = steps
      self.restarts = restarts
    }
  }
}
