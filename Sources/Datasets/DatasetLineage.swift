/// Which part of which collection of examples a data set is.
///
/// A lineage is a collection and steps down from it: each step names a way of dividing what it
/// stands on, and one of the parts. Written out: `mnist/split:train/5k:test`.
public struct DatasetLineage: Hashable, Sendable {
  struct Step: Hashable, Sendable {
    let division: String
    let part: String
  }

  /// The name of the whole, such as `mnist`.
  public let collection: String
  let steps: [Step]

  /// The whole of a collection.
  public init(collection: String) {
    precondition(
      PlainName.isPlain(collection), "DatasetLineage: '\(collection)' is no plain name")
    self.collection = collection
    steps = []
  }

  private init(collection: String, steps: [Step]) {
    self.collection = collection
    self.steps = steps
  }

  /// One part of a division into parts that share no example.
  ///
  /// - Parameters:
  ///   - part: The part's name, such as `train`.
  ///   - division: The name of the division; two with the same name and the same whole are one.
  public func part(_ part: String, of division: String) -> DatasetLineage {
    precondition(
      PlainName.isPlain(part) && PlainName.isPlain(division),
      "DatasetLineage: '\(division):\(part)' is made of no plain names")
    return DatasetLineage(
      collection: collection, steps: steps + [Step(division: division, part: part)])
  }

  /// Whether the two may have examples in common: they are of one collection, and are not known to
  /// lie in different parts of one division.
  public func overlaps(with other: DatasetLineage) -> Bool {
    guard collection == other.collection else { return false }
    let difference = zip(steps, other.steps).first { $0 != $1 }
    return difference.map { $0.division != $1.division } ?? true
  }
}

extension DatasetLineage: LosslessStringConvertible {
  public var description: String {
    ([collection] + steps.map { "\($0.division):\($0.part)" }).joined(separator: "/")
  }

  public init?(_ description: String) {
    let components = description.split(separator: "/", omittingEmptySubsequences: false)
    let collection = String(components[0])
    guard PlainName.isPlain(collection) else { return nil }
    var steps: [Step] = []
    for component in components.dropFirst() {
      let names = component.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard names.count == 2 && names.allSatisfy(PlainName.isPlain) else { return nil }
      steps.append(Step(division: names[0], part: names[1]))
    }
    self.init(collection: collection, steps: steps)
  }
}

/// As a single string.
extension DatasetLineage: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let lineage = DatasetLineage(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\(text.debugDescription) is no lineage of a data set")
    }
    self = lineage
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
