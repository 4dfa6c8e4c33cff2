/// What is wrong with a file of witnesses, or with checking it.
public enum WitnessError: Error, Hashable, CustomStringConvertible {
  /// A safetensors file without witnesses.
  case notWitnesses(String)
  case damaged(String, String)
  /// The images that the witnesses were made from are not those that were found.
  case otherImages(dataset: String, expected: String, found: String)
  /// No witness was made on this checkpoint.
  case otherCheckpoint(path: String, known: [String])

  public var description: String {
    switch self {
    case .notWitnesses(let path):
      "'\(path)' holds no witnesses; make some with 'defend eval --witnesses FILE'"
    case .damaged(let path, let reason):
      "'\(path)' is damaged: \(reason)"
    case .otherImages(let dataset, let expected, let found):
      "the witnesses were made from other images than the test images of \(dataset) (digest "
        + "\(expected.prefix(12))…, not \(found.prefix(12))…); name the data with --dataset and "
        + "--data-dir"
    case .otherCheckpoint(let path, let known):
      "no witness was made on '\(path)', whose bytes are not those of "
        + known.joined(separator: " or ")
    }
  }
}
