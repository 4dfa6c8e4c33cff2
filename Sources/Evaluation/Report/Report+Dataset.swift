extension Report {
  /// The images that were classified.
  public struct Dataset: Hashable, Sendable, Codable {
    /// The name in the catalog of data sets.
    public var name: String

    /// The part that was used, such as `"test"`.
    public var split: String

    /// The number of images that were used.
    public var count: Int

    /// The digest of these images and labels, which says whether two reports speak of the same.
    public var digest: String

    public init(name: String, split: String, count: Int, digest: String) {
      self.name = name
      self.split = split
      self.count = count
      self.digest = digest
    }
  }
}
