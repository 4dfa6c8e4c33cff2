public import Autodiff
public import Checkpoints
public import Configurations
internal import Datasets
internal import Digests
public import Networks

/// A model with its weights, as a checkpoint holds it.
public struct TrainedModel: Sendable {
  public let model: Model
  /// In the model's order.
  public let parameters: [Tensor]
  public let record: TrainingRecord
  /// One entry an epoch.
  public let history: JSONValue
  public let seed: Int
  /// The SHA-256 of the file; nil for one that was not read from a file.
  public let digest: String?

  public init(
    model: Model, parameters: [Tensor], record: TrainingRecord, history: JSONValue, seed: Int
  ) {
    self.model = model
    self.parameters = parameters
    self.record = record
    self.history = history
    self.seed = seed
    digest = nil
  }

  /// Reads a checkpoint and trusts nothing in it.
  public init(contentsOf path: String) throws(LoadingError) {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try AtomicFile.read(path)
    } catch {
      throw .checkpoint(.file(error))
    }
    let contents = try CheckpointContents(decoding: bytes, path: path)
    parameters = try contents.parameters(allowsNonFinite: false)
    model = contents.model
    record = contents.record
    history = contents.history
    seed = contents.seed
    digest = SHA256.digest(of: bytes).hexadecimal
  }

  /// Writes a checkpoint in one piece: the old file stands until the new one is complete.
  public func write(
    to path: String, creatingDirectory: Bool = false, generator: String
  ) throws(CheckpointError) {
    let last = record.trainedOn.last
    try Checkpoint(
      parameters: zip(model.parameters, parameters).map {
        NamedTensor(name: $0.name, value: $1)
      },
      metadata: CheckpointMetadata(
        model: model.specification.configuration.text, training: record.configuration.text,
        history: history.text, datasetName: last?.name ?? "", datasetDigest: last?.digest ?? "",
        seed: UInt64(seed), generator: generator)
    ).write(to: path, creatingDirectory: creatingDirectory)
  }
}
