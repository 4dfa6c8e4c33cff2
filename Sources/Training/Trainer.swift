public import Autodiff
public import Configurations
public import Datasets
public import Networks

/// Trains a model by a recipe on a data set.
///
/// The result is a function of the recipe, the data and the initial values alone: the same bytes for
/// any number of threads and on any instruction set, and however often the run was interrupted.
public struct Trainer {
  public let recipe: Recipe
  public let model: Model
  public let device: Device

  public init(recipe: Recipe, model: Model, device: Device) {
    self.recipe = recipe
    self.model = model
    self.device = device
  }

  /// What is to be delivered, as it stands.
  public struct Result: Sendable {
    /// Of the best epoch.
    public let best: TrainingState.Weights
    /// Of the last epoch that was not rolled back.
    public let last: TrainingState.Weights
    /// The moving average at the last epoch; nil for a recipe without one.
    public let average: TrainingState.Weights?
    public let history: [EpochRecord]
    /// Why the guard ended the run; nil if it did not.
    public let failure: GuardEvent?
  }

  /// Whom a run tells of its progress.
  public struct Observer {
    /// Called on the way.
    public var onEvent: (TrainingEvent) -> Void
    /// Called whenever an epoch's weights are the ones to deliver so far.
    public var onBest: (Result) throws -> Void
    /// Called with all that is needed to go on: after every epoch, every `saveInterval` steps, and
    /// when the run is stopped.
    public var onState: (TrainingState) throws -> Void
    /// In steps; nil for the ends of epochs alone.
    public var saveInterval: Int?
    /// Asked after every step; true ends the run with the best epoch so far.
    public var shouldStop: () -> Bool

    public init(
      onEvent: @escaping (TrainingEvent) -> Void = { _ in },
      onBest: @escaping (Result) throws -> Void = { _ in },
      onState: @escaping (TrainingState) throws -> Void = { _ in }, saveInterval: Int? = nil,
      shouldStop: @escaping () -> Bool = { false }
    ) {
      self.onEvent = onEvent
      self.onBest = onBest
      self.onState = onState
      self.saveInterval = saveInterval
      self.shouldStop = shouldStop
    }
  }

  /// Runs the training.
  ///
  /// - Parameters:
  ///   - initial: the parameters to begin with; nil for the seed's own.
  ///   - state: a run of the same recipe on the same data, to be continued.
  /// - Returns: the weights to deliver, or nil if the run was stopped before its first epoch ended.
  /// - Throws: ``TrainingError``, or what the observer throws.
  public func run(
    on training: Dataset, initial: [Tensor]? = nil, resuming state: TrainingState? = nil,
    observer: Observer = Observer()
  ) throws -> Result? {
    let key = RandomKey(seed: UInt64(recipe.seed))
    let (examples, validation) = try split(training, key)
    let run = TrainingRun(
      trainer: self, examples: examples, validation: validation,
      initial: initial ?? model.initialValues(key), key: key, observer: observer)
    return try run.run(from: state)
  }

  /// The examples to train on, and those to select by.
  private func split(_ dataset: Dataset, _ key: RandomKey) throws -> (Dataset, Dataset?) {
    if let validation = recipe.validation, validation >= dataset.count {
      throw TrainingError.noTrainingExamples(count: dataset.count, validation: validation)
    }
    let (examples, validation) = try dataset.splittingValidation(
      count: recipe.validation, key: key)
    guard recipe.batchSize <= examples.count else {
      throw TrainingError.batchTooLarge(batchSize: recipe.batchSize, examples: examples.count)
    }
    return (examples, validation)
  }

  /// A history as a checkpoint keeps it: a list with one entry an epoch.
  public static func configuration(of history: [EpochRecord]) -> JSONValue {
    .array(history.map(\.configuration))
  }

  /// A history as a log has it: a JSON text for each entry.
  public static func lines(of history: [EpochRecord]) -> [String] {
    history.map { $0.configuration.text }
  }
}
