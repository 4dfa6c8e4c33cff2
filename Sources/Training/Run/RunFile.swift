internal import Autodiff
public import Checkpoints
public import Configurations
internal import Suggestions

/// An interrupted run of training on disk: a state, and what it is a state of.
public struct RunFile: Sendable {
  /// What a run's result depends on; a state goes on under the same of it alone.
  public struct Identity: Sendable {
    /// The recipe, every value spelled out.
    public let recipe: JSONValue
    /// The model's specification.
    public let model: JSONValue
    /// The SHA-256 of the training images.
    public let dataset: String
    /// The SHA-256 of the checkpoint that the run began with.
    public let initial: String?

    public init(recipe: JSONValue, model: JSONValue, dataset: String, initial: String?) {
      self.recipe = recipe
      self.model = model
      self.dataset = dataset
      self.initial = initial
    }
  }

  public let state: TrainingState
  public let identity: Identity

  public init(_ state: TrainingState, of identity: Identity) {
    self.state = state
    self.identity = identity
  }

  /// The version of this kind of file, the only one that is read.
  private static let version = "1"
  private static let key = "training-run"

  /// Writes the file in one piece: the old one stands until the new one is complete.
  ///
  /// - Parameter parameters: the names of the model's parameters, in its order.
  public func write(
    to path: String, parameters: [String], creatingDirectory: Bool
  ) throws(CheckpointError) {
    var values: [String: JSONValue] = [
      "version": .string(Self.version), "recipe": identity.recipe, "model": identity.model,
      "dataset": .string(identity.dataset), "state": state.configuration,
    ]
    if let initial = identity.initial { values["initial"] = .string(initial) }
    let file = SafetensorsFile(
      tensors: state.tensors(parameters: parameters).map {
        NamedTensor(name: $0.key, value: $0.value)
      }, metadata: [Self.key: JSONValue.object(values).text])
    do throws(FileError) {
      try AtomicFile.write(file.encoded(), to: path, creatingDirectory: creatingDirectory)
    } catch {
      throw .file(error)
    }
  }

  /// Reads a file and trusts nothing in it.
  ///
  /// - Throws: ``RunFileError``.
  public init(contentsOf path: String, parameters: [String]) throws(RunFileError) {
    let file: SafetensorsFile
    do throws(CheckpointError) {
      file = try SafetensorsFile(contentsOf: path)
    } catch {
      throw .checkpoint(error)
    }
    guard let text = file.metadata[Self.key] else { throw .noRun(path: path) }
    var object: ConfigurationObject
    let version: String
    do throws(ConfigurationError) {
      object = try ConfigurationObject(
        JSONValue(parsing: Array(text.utf8), source: "run"), place: "run")
      version = try object.required("version", object.string("version"))
    } catch {
      throw .damaged(path: path, error)
    }
    guard version == Self.version else { throw .version(path: path, found: version) }
    do throws(ConfigurationError) {
      identity = Identity(
        recipe: try object.required("recipe", object.value("recipe")),
        model: try object.required("model", object.value("model")),
        dataset: try object.required("dataset", object.string("dataset")),
        initial: try object.string("initial"))
      let tensors = Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, $0.value) })
      state = try TrainingState(
        try object.required("state", object.object("state")), tensors: tensors,
        parameters: parameters)
      try object.finish()
    } catch {
      throw .damaged(path: path, error)
    }
  }
}
