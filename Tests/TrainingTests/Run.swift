import Autodiff
import Datasets
import ModelFixtures
import Networks
import Training

/// A run of training and all that it reported.
struct Run {
  var result: Trainer.Result?
  var error: (any Error)?
  var steps: [(epoch: Int, step: Int, examples: Int, loss: Double)] = []
  var epochs: [(record: EpochRecord, isBest: Bool)] = []
  var started: [Int] = []
  var stoppedEarly: Int?
  var delivered: [Trainer.Result] = []

  init(
    _ recipe: String, model: Model? = nil, on dataset: Dataset = Images.halves(40, seed: 1),
    initial: [Tensor]? = nil, device: Device = Device(threads: 1), stopAfter steps: Int = .max
  ) throws {
    let trainer = Trainer(
      recipe: try RecipeTests.recipe(recipe), model: try model ?? Models.mlp(), device: device)
    var seen = Run()
    do {
      result = try trainer.run(
        on: dataset, initial: initial, shouldStop: { seen.steps.count >= steps },
        onEvent: { event in
          switch event {
          case .started(let training, let validation, let steps):
            seen.started = [training, validation, steps]
          case .step(let epoch, let step, let examples, let loss):
            seen.steps.append((epoch, step, examples, loss))
          case .epoch(let record, let isBest): seen.epochs.append((record, isBest))
          case .stoppedEarly(let epoch): seen.stoppedEarly = epoch
          }
        }, onBest: { seen.delivered.append($0) })
    } catch {
      self.error = error
    }
    (self.steps, epochs, started) = (seen.steps, seen.epochs, seen.started)
    (stoppedEarly, delivered) = (seen.stoppedEarly, seen.delivered)
  }

  private init() {}

  /// The first of the epochs with the smallest validation loss.
  var bestEpoch: Int? {
    epochs.min {
      ($0.record.validation?.loss ?? 0) < ($1.record.validation?.loss ?? 0)
    }?.record.epoch
  }
}
