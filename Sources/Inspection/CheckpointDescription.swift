internal import Checkpoints
public import Configurations
public import Datasets
internal import Digests
internal import Networks
public import TrainedModels

/// What a safetensors file is, whether this program wrote it or another.
public struct CheckpointDescription: Sendable, Encodable {
  public let path: String
  /// The SHA-256 of the file.
  public let digest: String
  /// The size of the file.
  public let byteCount: Int
  /// What this program's metadata says; nil for a file of another program.
  public let checkpoint: Content?
  /// The texts that other programs left in the file's metadata.
  public let otherMetadata: [String: String]
  /// In the model's order; in the order of the data for a file of another program.
  public let tensors: [TensorSummary]

  /// The metadata of a checkpoint.
  public struct Content: Sendable, Encodable {
    /// The version of the metadata.
    public let format: String
    /// The program that wrote the file.
    public let generator: String
    public let model: ModelSummary
    public let training: Training
    /// One entry an epoch, as the training wrote it.
    public let history: JSONValue
  }

  /// How a checkpoint came to be.
  public struct Training: Sendable, Encodable {
    public let recipe: JSONValue
    public let seed: Int
    /// The epoch whose weights these are.
    public let epoch: Int
    /// Every data set that the weights have seen.
    public let trainedOn: [DatasetIdentity]
    /// The SHA-256 of the checkpoint that the run began with.
    public let initialDigest: String?
  }

  /// The number of elements of all tensors.
  public var parameterCount: Int { tensors.reduce(0) { $0 + $1.count } }

  /// Reads a file and trusts nothing in it. Values that are infinite or undefined are described;
  /// everything else that keeps a checkpoint from being used is an error.
  public init(contentsOf path: String) throws(LoadingError) {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try AtomicFile.read(path)
    } catch {
      throw .checkpoint(.file(error))
    }
    try self.init(decoding: bytes, path: path)
  }

  init(decoding bytes: [UInt8], path: String) throws(LoadingError) {
    let index: SafetensorsIndex
    do throws(SafetensorsError) {
      index = try SafetensorsIndex(decoding: bytes)
    } catch {
      throw .checkpoint(.inFile(path: path, .malformed(error)))
    }
    self.path = path
    digest = SHA256.digest(of: bytes).hexadecimal
    byteCount = bytes.count
    let tensors = index.entries.map { TensorSummary($0, in: bytes) }
    guard CheckpointMetadata.isPresent(in: index.metadata) else {
      checkpoint = nil
      otherMetadata = index.metadata
      self.tensors = tensors
      return
    }
    let contents = try CheckpointContents(decoding: bytes, path: path)
    _ = try contents.parameters(allowsNonFinite: true)
    checkpoint = Content(contents)
    otherMetadata = index.metadata.filter { !CheckpointMetadata.isPresent(in: [$0.key: ""]) }
    let named = Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first }
    self.tensors = contents.model.parameters.compactMap { named[$0.name] }
  }
}

extension CheckpointDescription.Content {
  fileprivate init(_ contents: CheckpointContents) {
    format = CheckpointMetadata.formatVersion
    generator = contents.checkpoint.metadata.generator
    model = ModelSummary(contents.model)
    training = CheckpointDescription.Training(
      recipe: contents.record.recipe, seed: contents.seed, epoch: contents.record.epoch,
      trainedOn: contents.record.trainedOn, initialDigest: contents.record.initialDigest)
    history = contents.history
  }
}
