import Autodiff
import Datasets
import ModelFixtures
import Networks

@testable import Training

/// A run of training and all that it reported.
struct Run {
  var result: Trainer.Result?
  var error: (any Error)?
  var steps: [(epoch: Int, step: Int, examples: Int, loss: Double)] = []
  var epochs: [(record: EpochRecord, isBest: Bool)] = []
  var started: [Int] = []
  var stoppedEarly: Int?
  var guarded: [GuardEvent] = []
  var delivered: [Trainer.Result] = []
  /// What was given to be saved, the last one where the run was stopped.
  var states: [TrainingState] = []

  init(
    _ recipe: String, model: Model? = nil, on dataset: Dataset = Images.halves(40, seed: 1),
    initial: [Tensor]? = nil, device: Device = Device(threads: 1),
    resuming state: TrainingState? = nil, saveInterval: Int? = nil, stopAfter steps: Int = .max
  ) throws {
    let trainer = Trainer(
      recipe: try RecipeTests.recipe(recipe), model: try model ?? Models.mlp(), device: device)
    var seen = Run()
    do {
      result = try trainer.run(
        on: dataset, initial: initial, resuming: state,
        observer: Trainer.Observer(
          onEvent: { event in
            switch event {
            case .started(let training, let validation, let steps, let epoch):
              seen.started = [training, validation, steps, epoch]
            case .step(let epoch, let step, let examples, let loss):
              seen.steps.append((epoch, step, examples, loss))
            case .epoch(let record, let isBest): seen.epochs.append((record, isBest))
            case .guarded(let event): seen.guarded.append(event)
            case .stoppedEarly(let epoch): seen.stoppedEarly = epoch
            }
          }, onBest: { seen.delivered.append($0) }, onState: { seen.states.append($0) },
          saveInterval: saveInterval, shouldStop: { seen.steps.count >= steps }))
    } catch {
      self.error = error
    }
    (self.steps, epochs, started) = (seen.steps, seen.epochs, seen.started)
    (stoppedEarly, guarded, delivered) = (seen.stoppedEarly, seen.guarded, seen.delivered)
    states = seen.states
  }

  private init() {}

  /// The first of the epochs with the smallest validation loss.
  var bestEpoch: Int? {
    epochs.min {
      ($0.record.validation?.loss ?? 0) < ($1.record.validation?.loss ?? 0)
    }?.record.epoch
  }

  var records: [EpochRecord] { epochs.map(\.record) }
}

extension Trainer.Result {
  /// All of it that a checkpoint would hold, to be compared.
  var contents: [[Tensor]] {
    [best.parameters, last.parameters, average?.parameters ?? []]
  }
}
