extension Report {
  /// The second look at every adversarial example that an attack claims: inside the ball, inside the
  /// pixels' range, finite, and misclassified in a fresh forward pass.
  public struct Verification: Hashable, Sendable, Codable {
    /// Examples that the attack says it found.
    public let claimed: Int

    /// Claimed examples that hold: only these lower a robust accuracy.
    public let verified: Int

    /// Claimed examples that do not hold.
    public let rejected: Int

    /// - Precondition: `verified` is in `0 ... claimed`.
    public init(claimed: Int, verified: Int) {
      precondition(
        claimed >= 0 && (0...claimed).contains(verified),
        "Verification: \(verified) verified of \(claimed) claimed examples")
      self.claimed = claimed
      self.verified = verified
      rejected = claimed - verified
    }
  }
}
