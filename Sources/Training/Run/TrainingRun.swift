internal import Attacks
internal import Autodiff
internal import Datasets
internal import Networks

/// One run of training: steps, epochs, and what the guard makes of them.
final class TrainingRun {
  let recipe: Recipe
  private let model: Model
  private let examples: Dataset
  private let initial: [Tensor]
  private let key: RandomKey
  let observer: Trainer.Observer
  private let variables = Variables()
  let makeStep: (Adversary) -> TrainingStep
  var adversary: Adversary
  var step: TrainingStep
  let watch: Watch?
  let stepsPerEpoch: Int
  var state = TrainingState()

  init(
    trainer: Trainer, examples: Dataset, validation: Dataset?, initial: [Tensor], key: RandomKey,
    observer: Trainer.Observer
  ) {
    let (recipe, model, device, variables) = (
      trainer.recipe, trainer.model, trainer.device, variables
    )
    self.recipe = recipe
    self.model = model
    self.examples = examples
    self.initial = initial
    self.key = key
    self.observer = observer
    stepsPerEpoch =
      BatchLoader(examples, batchSize: recipe.batchSize).batchCount * recipe.objective.replays
    makeStep = { adversary in
      TrainingStep(
        model: model, variables: variables, objective: recipe.objective, adversary: adversary,
        optimizer: recipe.optimizer, labelSmoothing: recipe.labelSmoothing,
        gradientLimit: recipe.gradientLimit, movingAverage: recipe.movingAverage,
        batchSize: recipe.batchSize, device: device)
    }
    adversary = recipe.adversary
    step = makeStep(adversary)
    watch = validation.map {
      Watch($0, recipe: recipe, model: model, variables: variables, device: device)
    }
  }

  func run(from saved: TrainingState?) throws -> Trainer.Result? {
    try begin(from: saved)
    observer.onEvent(
      .started(
        training: examples.count, validation: watch?.validation.count ?? 0, steps: stepsPerEpoch,
        epoch: state.epoch))
    while !isOver {
      guard try runEpoch() else {
        try save()
        return result
      }
      try save()
    }
    if let failure, state.best == nil { throw TrainingError.collapsed(failure) }
    if failure == nil, isOutOfPatience {
      observer.onEvent(.stoppedEarly(epoch: state.epoch - 1))
    }
    return result
  }

  /// All of it follows from the state, so that a run that was stopped at its end ends again.
  private var isOver: Bool { state.epoch > recipe.epochs || failure != nil || isOutOfPatience }

  private var isOutOfPatience: Bool {
    guard let patience = recipe.patience, watch != nil else { return false }
    return state.waited >= patience && state.epoch <= recipe.epochs
  }

  /// The guard's event that ended the run.
  var failure: GuardEvent? {
    state.history.last?.events.last.flatMap { $0.kind == .end ? $0 : nil }
  }

  // MARK: Steps

  /// - Returns: whether the run goes on.
  private func runEpoch() throws -> Bool {
    let loader = BatchLoader(
      examples, batchSize: recipe.batchSize, key: key, epoch: state.epoch,
      augmentation: recipe.augmentation)
    while state.stepsOfEpoch < stepsPerEpoch {
      let batch = state.stepsOfEpoch / recipe.objective.replays
      state.steps += 1
      state.stepsOfEpoch += 1
      let (count, loss) = step.run(
        state.steps,
        rateFactor: recipe.schedule.factor(step: state.steps, of: recipe.epochs * stepsPerEpoch),
        epsilon: adversary.epsilon(step: state.steps, stepsPerEpoch: stepsPerEpoch),
        key: key.folding("attack").folding(state.steps), batch: batch, of: loader)
      guard loss.isFinite else {
        throw TrainingError.notFinite(epoch: state.epoch, step: state.stepsOfEpoch)
      }
      state.lossSum += loss * Double(count)
      observer.onEvent(
        .step(epoch: state.epoch, step: state.stepsOfEpoch, examples: count, loss: loss))
      if try isGivenUp() { return !observer.shouldStop() }
      if observer.shouldStop() { return false }
      if let interval = observer.saveInterval, state.stepsOfEpoch < stepsPerEpoch,
        state.steps % interval == 0
      {
        try save()
      }
    }
    try endEpoch()
    return !observer.shouldStop()
  }

  // MARK: Ends of epochs

  private func endEpoch() throws {
    let alignment = try watch.flatMap { $0.isGuarding ? try lookAtAlignment($0) : nil }
    var record = record(validation: watch?.probe())
    let parameters = self.parameters
    // The last update of an epoch is not yet seen by any loss.
    guard parameters.allSatisfy({ $0.floats.allSatisfy(\.isFinite) }),
      record.validation?.loss.isFinite ?? true
    else { throw TrainingError.notFinite(epoch: record.epoch, step: record.steps) }

    record.events = alarms(record.validation)
    let isCollapsed = record.isCollapsed
    if isCollapsed { record.events += reaction(to: record) }
    record.isRolledBack = record.events.contains { $0.kind == .rollback }
    let isBest = take(record, parameters)
    tell(record, isBest: isBest)
    if isBest, let result { try observer.onBest(result) }
    if record.isRolledBack {
      try rollBack()
    } else if failure == nil {
      beginEpoch(record.epoch + 1)
      if !isCollapsed {
        state.healthy = moment(alignment: alignment)
        state.healthyAlignment = alignment
      }
    }
  }

  func tell(_ record: EpochRecord, isBest: Bool) {
    observer.onEvent(.epoch(record, isBest: isBest))
    for event in record.events { observer.onEvent(.guarded(event)) }
  }

  func record(validation: EpochRecord.Probe?) -> EpochRecord {
    let done = min(state.stepsOfEpoch * recipe.batchSize, examples.count * recipe.objective.replays)
    return EpochRecord(
      epoch: state.epoch, steps: state.stepsOfEpoch,
      trainingLoss: state.lossSum / Double(done),
      alignment: state.leastAlignment, validation: validation)
  }

  /// Whether the epoch's weights are the ones to deliver so far.
  private func take(_ record: EpochRecord, _ parameters: [Tensor]) -> Bool {
    state.history.append(record)
    let weights = TrainingState.Weights(epoch: record.epoch, parameters: parameters)
    // An epoch that is taken again neither tries the patience nor sets what it waits for.
    if !record.isRolledBack {
      state.last = weights
      state.average = average.map { .init(epoch: record.epoch, parameters: $0) }
      state.waited += 1
      if let figure = recipe.stoppingFigure(of: record),
        figure > state.bestWaitedFor ?? -.infinity
      {
        state.bestWaitedFor = figure
        state.waited = 0
      }
    }
    let score = recipe.score(of: record)
    if let best = state.bestScore, !score.isBetter(than: best) { return false }
    (state.best, state.bestScore) = (weights, score)
    return true
  }

  // MARK: State

  private func begin(from saved: TrainingState?) throws {
    let names = model.parameters.map(\.name)
    for (name, value) in zip(names, initial) { variables[name] = value }
    recipe.movingAverage?.begin(names, in: variables)
    let first = moment(alignment: nil)
    guard let saved else {
      state.healthy = first
      return
    }
    guard saved.isLike(first, parameters: initial) else { throw TrainingError.unfitState }
    state = saved
    try takeRemedy()
    restore(state.current)
    step.kept = state.kept
  }

  func beginEpoch(_ epoch: Int) {
    state.epoch = epoch
    state.stepsOfEpoch = 0
    state.lossSum = 0
    state.leastAlignment = nil
  }

  func moment(alignment: Double?) -> TrainingState.Moment {
    .init(
      epoch: state.epoch, steps: state.steps, alignment: alignment, variables: values,
      kept: step.kept)
  }

  private func save() throws {
    state.current = values
    state.kept = step.kept
    try observer.onState(state)
  }

  private var values: [String: Tensor] {
    Dictionary(uniqueKeysWithValues: variables.names.map { ($0, variables[$0]) })
  }

  func restore(_ values: [String: Tensor]) {
    for (name, value) in values { variables[name] = value }
  }

  private var average: [Tensor]? {
    guard recipe.movingAverage != nil else { return nil }
    return model.parameters.map {
      variables[ExponentialMovingAverage.variableName(of: $0.name)]
    }
  }

  var parameters: [Tensor] { model.parameters.map { variables[$0.name] } }

  private var result: Trainer.Result? {
    state.best.map { best in
      Trainer.Result(
        best: best, last: state.last ?? best, average: state.average, history: state.history,
        failure: failure)
    }
  }
}
