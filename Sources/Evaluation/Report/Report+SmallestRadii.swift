extension Report {
  /// The smallest radii at which the examples of a checkpoint were broken. Each is that of an
  /// adversarial image that was found, so the true one may be smaller.
  public struct SmallestRadii: Hashable, Sendable, Codable {
    /// The path of the checkpoint.
    public var checkpoint: String

    /// The number of examples, and of those that are wrong unharmed: their radius is 0.
    public var count: Int
    public var wrongUnharmed: Int

    /// The examples that nothing broke.
    public var unbroken: Int

    public var quantiles: [Quantile]

    /// The radius that breaks a share of the examples.
    public struct Quantile: Hashable, Sendable, Codable {
      /// In 0…1.
      public var share: Double

      /// In units of the 0…1 range of a pixel; nil where so many were not broken.
      public var epsilon: Double?
    }

    static let shares = [0.05, 0.25, 0.5, 0.75, 0.95]

    /// - Parameter radii: of every example; nil for one that nothing broke.
    public init(checkpoint: String, radii: [Double?]) {
      self.checkpoint = checkpoint
      count = radii.count
      wrongUnharmed = radii.count { $0 == 0 }
      unbroken = radii.count { $0 == nil }
      let sorted = radii.compactMap { $0 }.sorted()
      quantiles = Self.shares.map { share in
        // The smallest radius that breaks at least this share.
        let rank = max(1, Int((share * Double(radii.count)).rounded(.up)))
        return Quantile(share: share, epsilon: rank <= sorted.count ? sorted[rank - 1] : nil)
      }
    }
  }
}
