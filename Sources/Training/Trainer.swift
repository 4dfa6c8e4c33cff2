internal import Attacks
public import Autodiff
public import Configurations
public import Datasets
internal import Evaluation
public import Networks

/// Trains a model by a recipe on a data set.
///
/// The result is a function of the recipe, the data and the initial values alone: the same bytes for
/// any number of threads and on any instruction set.
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
    /// The parameters' values, in the model's order.
    public let parameters: [Tensor]
    /// The epoch whose weights these are.
    public let epoch: Int
    public let history: [EpochRecord]
  }

  /// Runs the training.
  ///
  /// - Parameters:
  ///   - initial: the parameters to begin with; nil for the seed's own.
  ///   - shouldStop: asked after every step; true ends the run with the best epoch so far.
  ///   - onEvent: called on the way.
  ///   - onBest: called whenever an epoch's weights are the ones to deliver so far.
  /// - Returns: the weights to deliver, or nil if the run was stopped before its first epoch ended.
  /// - Throws: ``TrainingError``, or what `onBest` throws.
  public func run(
    on training: Dataset, initial: [Tensor]? = nil, shouldStop: () -> Bool = { false },
    onEvent: (TrainingEvent) -> Void = { _ in }, onBest: (Result) throws -> Void = { _ in }
  ) throws -> Result? {
    let key = RandomKey(seed: UInt64(recipe.seed))
    let (examples, validation) = try split(training, key)
    let variables = Variables()
    for (parameter, value) in zip(model.parameters, initial ?? model.initialValues(key)) {
      variables[parameter.name] = value
    }
    let step = TrainingStep(
      model: model, variables: variables,
      objective: MixedObjective(adversarialRatio: recipe.adversarialRatio, attack: FGSM()),
      optimizer: recipe.optimizer, epsilon: recipe.epsilon, batchSize: recipe.batchSize,
      device: device)
    let probe = validation.map { ValidationProbe($0, trainer: self, variables: variables) }

    var progress = Progress()
    for epoch in 1...recipe.epochs {
      let loader = BatchLoader(examples, batchSize: recipe.batchSize, key: key, epoch: epoch)
      if epoch == 1 {
        onEvent(
          .started(
            training: examples.count, validation: validation?.count ?? 0,
            steps: loader.batchCount))
      }
      var lossSum = 0.0
      for batch in 0..<loader.batchCount {
        progress.steps += 1
        let rateFactor = recipe.schedule.factor(
          step: progress.steps, of: recipe.epochs * loader.batchCount)
        let (count, loss) = step.run(
          progress.steps, rateFactor: rateFactor, batch: batch, of: loader)
        guard loss.isFinite else { throw TrainingError.notFinite(epoch: epoch, step: batch + 1) }
        lossSum += loss * Double(count)
        onEvent(.step(epoch: epoch, step: batch + 1, examples: count, loss: loss))
        if shouldStop() { return progress.result }
      }
      let record = EpochRecord(
        epoch: epoch, trainingLoss: lossSum / Double(examples.count), validation: probe?.run())
      let parameters = model.parameters.map { variables[$0.name] }
      // The last update of an epoch is not yet seen by any loss.
      guard parameters.allSatisfy({ $0.floats.allSatisfy(\.isFinite) }),
        record.validation?.loss.isFinite ?? true
      else { throw TrainingError.notFinite(epoch: epoch, step: loader.batchCount) }
      let isBest = progress.add(record, parameters)
      onEvent(.epoch(record, isBest: isBest))
      if isBest { try onBest(progress.best!) }
      if let patience = recipe.patience, validation != nil, progress.waited >= patience,
        epoch < recipe.epochs
      {
        onEvent(.stoppedEarly(epoch: epoch))
        break
      }
    }
    return progress.result
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

  /// How far a run has come.
  private struct Progress {
    var steps = 0
    var history: [EpochRecord] = []
    var best: Result?
    private var bestLoss = Double.infinity
    /// Epochs since the best one.
    var waited = 0

    /// The best epoch's weights; the epochs after it belong to the history as well.
    var result: Result? {
      best.map { Result(parameters: $0.parameters, epoch: $0.epoch, history: history) }
    }

    /// Whether the epoch's weights are the ones to deliver: those of the smallest validation loss,
    /// or without a validation part the last.
    mutating func add(_ record: EpochRecord, _ parameters: [Tensor]) -> Bool {
      history.append(record)
      waited += 1
      guard let loss = record.validation?.loss else {
        best = Result(parameters: parameters, epoch: record.epoch, history: history)
        return true
      }
      guard loss < bestLoss else { return false }
      bestLoss = loss
      waited = 0
      best = Result(parameters: parameters, epoch: record.epoch, history: history)
      return true
    }
  }
}

/// The model's figures on the validation part, clean and under the training's attack.
private struct ValidationProbe {
  private let dataset: Dataset
  private let runner: AttackRunner
  private let verifier: Verifier
  private let threat: ThreatModel
  private let ratio: Double

  init(_ dataset: Dataset, trainer: Trainer, variables: Variables) {
    self.dataset = dataset
    let capacity = min(256, dataset.count)
    runner = AttackRunner(
      FGSM(), model: trainer.model, variables: variables, capacity: capacity,
      device: trainer.device)
    verifier = Verifier(
      model: trainer.model, variables: variables, capacity: capacity, device: trainer.device)
    threat = ThreatModel(epsilon: trainer.recipe.epsilon)
    ratio = trainer.recipe.adversarialRatio
  }

  func run() -> EpochRecord.Probe {
    var losses = (clean: 0.0, adversarial: 0.0)
    var correct = (clean: 0, adversarial: 0)
    let tasks = dataset.labels.enumerated().map { example, label in
      AttackRunner.Task(example: example, label: label, epsilon: Float(threat.epsilon))
    }
    runner.run(tasks, on: dataset, key: RandomKey(seed: 0), stopsEarly: false) { finished in
      let batch = tasks[finished.tasks]
      let size = dataset.imageSize
      let originals = dataset.images[
        finished.tasks.lowerBound * size..<finished.tasks.upperBound * size
      ].map { Float($0) / 255 }
      let clean = originals.withUnsafeBufferPointer {
        verifier.verdicts(on: $0, of: batch, dataset: dataset, threat: threat)
      }
      let adversarial = verifier.verdicts(
        on: finished.images, of: batch, dataset: dataset, threat: threat)
      for (index, task) in batch.enumerated() {
        losses.clean += Double(clean[index].loss)
        losses.adversarial += Double(adversarial[index].loss)
        let isCorrect = clean[index].prediction == task.label
        let isFooled =
          adversarial[index].prediction != task.label && adversarial[index].isAllowed
        correct.clean += isCorrect ? 1 : 0
        correct.adversarial += isCorrect && !isFooled ? 1 : 0
      }
    }
    let count = Double(dataset.count)
    return EpochRecord.Probe(
      loss: ((1 - ratio) * losses.clean + ratio * losses.adversarial) / count,
      cleanAccuracy: Double(correct.clean) / count,
      adversarialAccuracy: Double(correct.adversarial) / count)
  }
}

extension Trainer {
  /// A history as a checkpoint keeps it: a list with one entry an epoch.
  public static func configuration(of history: [EpochRecord]) -> JSONValue {
    .array(history.map(\.configuration))
  }
}
