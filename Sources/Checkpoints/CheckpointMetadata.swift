/// What a checkpoint says about itself, besides its parameters.
///
/// It holds nothing that differs between two runs of the same training: no clock, host or path.
/// In the file every property is a text under `__metadata__`, with a key such as `defend.seed`.
public struct CheckpointMetadata: Hashable, Sendable {
  /// The version of this set of keys that is written, and the only one that is read.
  public static let formatVersion = "1"

  /// The model's specification in JSON.
  public var model: String

  /// How the model was trained, in JSON.
  public var training: String

  /// What was measured after every epoch, in JSON.
  public var history: String

  /// The name of the data set that the model was trained on.
  public var datasetName: String

  /// The digest of that data set.
  public var datasetDigest: String

  /// The seed of the training.
  public var seed: UInt64

  /// The program that wrote the checkpoint, as `defend <version>`.
  public var generator: String

  public init(
    model: String, training: String, history: String, datasetName: String, datasetDigest: String,
    seed: UInt64, generator: String
  ) {
    self.model = model
    self.training = training
    self.history = history
    self.datasetName = datasetName
    self.datasetDigest = datasetDigest
    self.seed = seed
    self.generator = generator
  }
}

extension CheckpointMetadata {
  enum Key: String, CaseIterable {
    case format = "defend.format"
    case model = "defend.model"
    case training = "defend.training"
    case history = "defend.history"
    case datasetName = "defend.dataset.name"
    case datasetDigest = "defend.dataset.digest"
    case seed = "defend.seed"
    case generator = "defend.generator"

    static let prefix = "defend."
  }

  /// The texts of a file's `__metadata__`.
  var texts: [String: String] {
    let pairs = Key.allCases.map { key in
      let text =
        switch key {
        case .format: Self.formatVersion
        case .model: model
        case .training: training
        case .history: history
        case .datasetName: datasetName
        case .datasetDigest: datasetDigest
        case .seed: String(seed)
        case .generator: generator
        }
      return (key.rawValue, text)
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  /// Whether a file's `__metadata__` has anything of a checkpoint.
  package static func isPresent(in texts: [String: String]) -> Bool {
    texts.keys.contains { $0.hasPrefix(Key.prefix) }
  }

  /// Reads the texts of a file's `__metadata__`; keys of other programs may stand among them.
  init(texts: [String: String]) throws(CheckpointError) {
    guard Self.isPresent(in: texts) else { throw .noModelSpecification }
    let own = texts.keys.filter { $0.hasPrefix(Key.prefix) }.sorted()
    func text(_ key: Key) throws(CheckpointError) -> String {
      guard let text = texts[key.rawValue] else { throw .missingMetadata(key: key.rawValue) }
      return text
    }
    // First, because every other complaint might only be due to another version.
    let version = try text(.format)
    guard version == Self.formatVersion else { throw .unsupportedVersion(found: version) }
    if let unknown = own.first(where: { Key(rawValue: $0) == nil }) {
      throw .unknownMetadata(key: unknown)
    }
    let seedText = try text(.seed)
    guard let seed = UInt64(seedText), String(seed) == seedText else {
      throw .invalidSeed(found: seedText)
    }
    self.init(
      model: try text(.model), training: try text(.training), history: try text(.history),
      datasetName: try text(.datasetName), datasetDigest: try text(.datasetDigest), seed: seed,
      generator: try text(.generator))
  }
}
