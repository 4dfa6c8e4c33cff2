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
    let checkpoint: Checkpoint
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try AtomicFile.read(path)
    } catch {
      throw .checkpoint(.file(error))
    }
    do throws(CheckpointError) {
      checkpoint = try Checkpoint(decoding: bytes)
    } catch {
      throw .checkpoint(.inFile(path: path, error))
    }
    let metadata = checkpoint.metadata
    let specification: ModelSpecification
    do throws(ConfigurationError) {
      specification = try ModelSpecification(Self.object(metadata.model, "model specification"))
      record = try TrainingRecord(Self.object(metadata.training, "training record"))
      history = try JSONValue(parsing: Array(metadata.history.utf8), source: "history")
    } catch {
      throw .record(path: path, error)
    }
    do throws(ModelError) {
      model = try Model(specification)
    } catch {
      throw .model(source: "'\(path)'", error)
    }
    do throws(CheckpointError) {
      parameters = try checkpoint.validate(expected: model.parameters.map { ($0.name, $0.shape) })
    } catch {
      throw .checkpoint(.inFile(path: path, error))
    }
    guard let seed = Int(exactly: metadata.seed) else {
      throw .record(
        path: path, .invalid(place: "seed", "\(metadata.seed) is larger than any seed"))
    }
    self.seed = seed
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

  private static func object(
    _ text: String, _ source: String
  ) throws(ConfigurationError) -> ConfigurationObject {
    try ConfigurationObject(JSONValue(parsing: Array(text.utf8), source: source), place: source)
  }
}
