extension Report {
  /// The figures of one checkpoint, under attacks crafted on itself (white box).
  public struct Checkpoint: Hashable, Sendable, Codable {
    /// The path as it was given; other parts of the report refer to it.
    public var path: String

    /// On the images as they are.
    public var clean: Accuracy

    /// Under every attack and radius.
    public var robust: [RobustAccuracy]

    public init(path: String, clean: Accuracy, robust: [RobustAccuracy]) {
      self.path = path
      self.clean = clean
      self.robust = robust
    }
  }
}
