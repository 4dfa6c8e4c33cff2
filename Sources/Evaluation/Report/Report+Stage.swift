extension Report {
  /// What one attack of a suite did to one checkpoint at one radius.
  ///
  /// A single-step attack is tried on every example that is classified correctly, an iterative one
  /// on those that no iterative attack before it has broken, and a black-box one on what still
  /// stands. So examples that only a single step breaks, or only queries, show that the attacks in
  /// between were led astray.
  public struct Stage: Hashable, Sendable, Codable {
    /// The attack's name.
    public var attack: String

    /// The number of examples that it was tried on.
    public var tried: Int

    /// Those of them that it broke.
    public var broken: Int

    /// The accuracy on all examples after this attack and those before it.
    public var remaining: Accuracy

    /// - Precondition: `broken` is in `0 ... tried`.
    public init(attack: String, tried: Int, broken: Int, remaining: Accuracy) {
      precondition((0...tried).contains(broken), "Stage: \(broken) broken of \(tried) examples")
      self.attack = attack
      self.tried = tried
      self.broken = broken
      self.remaining = remaining
    }
  }
}
