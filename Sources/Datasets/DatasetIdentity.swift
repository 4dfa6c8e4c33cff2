/// What a checkpoint and a report note about the examples they were made from.
public struct DatasetIdentity: Hashable, Sendable, Codable {
  /// The data set's name, such as `mnist-5k`.
  public let name: String
  public let part: DatasetPart
  /// The number of examples.
  public let count: Int
  /// The SHA-256 of shape, labels and images, as ``Dataset/digest()`` gives it.
  public let digest: String
  public let lineage: DatasetLineage

  public init(name: String, part: DatasetPart, count: Int, digest: String, lineage: DatasetLineage)
  {
    self.name = name
    self.part = part
    self.count = count
    self.digest = digest
    self.lineage = lineage
  }

  /// Whether the two may have examples in common: their bytes are the same, or their lineages say
  /// so. A model must not be evaluated on a data set that overlaps with its training set.
  ///
  /// Lineages speak of names: a copy of a data set under another name is found only when it is a
  /// whole copy.
  public func overlaps(with other: DatasetIdentity) -> Bool {
    digest == other.digest || lineage.overlaps(with: other.lineage)
  }
}
