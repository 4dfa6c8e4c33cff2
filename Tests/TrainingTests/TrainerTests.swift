import Autodiff
import Kernels
import ModelFixtures
import Networks
import Testing
import Training

@Suite struct TrainerTests {
  static func recipe(
    epochs: Int = 5, ratio: Double = 0.5, rate: Double = 0.02, validation: Int = 10,
    more: String = ""
  ) -> String {
    #"""
    {"epochs": \#(epochs), "batchSize": 8, "validation": \#(validation), "seed": 3,
     "optimizer": {"type": "adam", "learningRate": \#(rate)},
     "adversarial": {"ratio": \#(ratio), "epsilon": 0.1},
     "guard": {"onCollapse": "warn"}\#(more)}
    """#
  }

  @Test(arguments: [0, 0.5, 1], [false, true])
  func theLossFalls(ratio: Double, isConvolutional: Bool) throws {
    let run = try Run(
      Self.recipe(ratio: ratio), model: isConvolutional ? Models.cnn() : Models.mlp())
    let losses = run.epochs.map(\.record.trainingLoss)
    #expect(losses.count == 5)
    #expect(losses[4] < 0.7 * losses[0])
    let last = try #require(run.epochs.last?.record.validation)
    #expect(last.cleanAccuracy >= 0.9)
    #expect((last.attacked == nil) == (ratio == 0))
    if let attacked = last.attacked {
      #expect(attacked.count == 10 && attacked.cleanAccuracy == last.cleanAccuracy)
      #expect(attacked.robustAccuracy <= attacked.cleanAccuracy)
    }
  }

  @Test func bytesAreTheSameOnEveryDevice() throws {
    for model in [try Models.mlp(), try Models.cnn()] {
      let expected = try Run(Self.recipe(epochs: 2), model: model)
      let parameters = try #require(expected.result?.best.parameters)
      for set in InstructionSet.allCases where set.isSupported {
        for threads in [1, 2] {
          let device = Device(threads: threads, instructionSet: set)
          let run = try Run(Self.recipe(epochs: 2), model: model, device: device)
          #expect(run.result?.best.parameters == parameters, "\(set), \(threads) threads")
          #expect(run.result?.history == expected.result?.history)
        }
      }
      let other = try Run(
        Self.recipe(epochs: 2).replacing(#""seed": 3"#, with: #""seed": 4"#), model: model)
      #expect(other.result?.best.parameters != parameters)
    }
  }

  @Test func stepsAndEpochsAreReported() throws {
    let run = try Run(Self.recipe(epochs: 2, validation: 6))
    #expect(run.started == [34, 6, 5, 1])
    #expect(run.steps.map(\.epoch) == [1, 1, 1, 1, 1, 2, 2, 2, 2, 2])
    #expect(run.steps.map(\.step) == [1, 2, 3, 4, 5, 1, 2, 3, 4, 5])
    #expect(run.steps.map(\.examples) == [8, 8, 8, 8, 2, 8, 8, 8, 8, 2])
    let mean = run.steps[..<5].reduce(0) { $0 + $1.loss * Double($1.examples) } / 34
    #expect(run.epochs[0].record.trainingLoss == mean)
    #expect(run.result?.history == run.epochs.map(\.record))
  }

  @Test func aTenthValidatesUnlessSaidOtherwise() throws {
    let text = Self.recipe(epochs: 1).replacing(#""validation": 10, "#, with: "")
    #expect(try Run(text).started == [36, 4, 5, 1])
    let none = try Run(Self.recipe(epochs: 1, validation: 0))
    #expect(none.started == [40, 0, 5, 1] && none.epochs[0].record.validation == nil)
  }

  /// A rate that grows losses again, so that the best epoch is not the last.
  static let restless = #"""
    {"epochs": 8, "batchSize": 8, "validation": 20, "seed": 5,
     "optimizer": {"type": "sgd", "learningRate": 3, "momentum": 0.8}}
    """#

  @Test func theBestEpochIsDelivered() throws {
    let run = try Run(Self.restless)
    let best = try #require(run.bestEpoch)
    try #require(best < 8, "the test needs a run whose last epoch is not its best")
    #expect(run.result?.best.epoch == best)
    #expect(run.result?.history.count == 8)
    #expect(run.delivered.map(\.best.epoch) == run.epochs.filter(\.isBest).map(\.record.epoch))
    #expect(run.delivered.last?.best.epoch == best)
    #expect(run.delivered.last?.best.parameters == run.result?.best.parameters)
    // They are the weights that a run of just so many epochs ends with.
    let shorter = try Run(Self.restless.replacing(#""epochs": 8"#, with: #""epochs": \#(best)"#))
    #expect(shorter.result?.best.parameters == run.result?.best.parameters)
  }

  @Test func patienceEndsTheRun() throws {
    for patience in [1, 2] {
      let run = try Run(
        Self.restless.replacing(
          #""seed": 5"#, with: #""seed": 5, "earlyStopping": {"patience": \#(patience)}"#))
      let stopped = try #require(run.stoppedEarly)
      #expect(stopped < 8 && run.epochs.count == stopped)
      #expect(run.result?.best.epoch == stopped - patience)
      #expect(run.result?.best.epoch == run.bestEpoch)
    }
  }

  @Test func withoutValidationTheLastEpochIsDelivered() throws {
    let patience = #", "earlyStopping": {"patience": 1}"#
    let run = try Run(Self.recipe(epochs: 3, validation: 0, more: patience))
    #expect(run.result?.best.epoch == 3 && run.stoppedEarly == nil)
    #expect(run.delivered.map(\.best.epoch) == [1, 2, 3])
  }

  @Test func aStoppedRunDeliversItsBestSoFar() throws {
    let early = try Run(Self.recipe(), stopAfter: 2)
    #expect(early.result == nil && early.error == nil && early.steps.count == 2)
    let late = try Run(Self.restless, stopAfter: 22)
    #expect(late.steps.count == 22 && late.epochs.count == 7)
    let best = try #require(late.bestEpoch)
    try #require(best < 7, "the test needs a run whose last epoch is not its best")
    #expect(late.result?.best.epoch == best && late.result?.history.count == 7)
    #expect(late.result?.best.parameters == late.delivered.last?.best.parameters)
  }

  @Test(arguments: [(1, 3), (30, 1)])
  func aLossThatIsNotFiniteIsAnErrorBehindTheBestSoFar(rate: Int, epoch: Int) throws {
    let dense = #"{"type": "dense", "units": 5}"#
    let model = try Models.model(
      input: [6, 6, 1],
      layers: #"{"type": "flatten"}, \#(dense), \#(dense), {"type": "dense", "units": 2}"#)
    let run = try Run(
      #"""
      {"epochs": 20, "batchSize": 8, "validation": 10, "seed": 0,
       "optimizer": {"type": "sgd", "learningRate": \#(rate), "momentum": 0.9}}
      """#, model: model)
    guard case .notFinite(epoch, let step) = run.error as? TrainingError else {
      Issue.record("no error in epoch \(epoch), but \(String(describing: run.error))")
      return
    }
    #expect(run.result == nil && run.epochs.count == epoch - 1)
    // A step whose loss is infinite is not reported; an epoch's last update has no loss after it.
    let reported = run.steps.count - (epoch - 1) * 4
    #expect(reported == step - 1 || reported == step && step == 4)
    #expect(run.delivered.last?.best.epoch == run.bestEpoch)
    for weights in run.delivered {
      #expect(weights.best.parameters.allSatisfy { $0.floats.allSatisfy(\.isFinite) })
    }
  }

  /// Two steps on all examples: at the full rate, and at half of it.
  @Test func aLinearScheduleLowersTheRate() throws {
    func run(_ rate: Double, epochs: Int, schedule: String, from initial: [Tensor]?) throws
      -> [Tensor]
    {
      let recipe = """
        {"batchSize": 40, "validation": 0, "epochs": \(epochs), "schedule": "\(schedule)",
         "optimizer": {"type": "sgd", "learningRate": \(rate), "momentum": 0}}
        """
      return try #require(try Run(recipe, initial: initial).result).best.parameters
    }
    let scheduled = try run(0.5, epochs: 2, schedule: "linear", from: nil)
    let first = try run(0.5, epochs: 1, schedule: "constant", from: nil)
    let second = try run(0.25, epochs: 1, schedule: "constant", from: first)
    for (found, expected) in zip(scheduled, second) {
      #expect(zip(found.floats, expected.floats).allSatisfy { abs($0 - $1) < 1e-5 })
    }
    #expect(zip(scheduled, first).contains { $0.floats != $1.floats })
  }

  @Test func trainingGoesOnFromGivenWeights() throws {
    let model = try Models.mlp()
    let values = Models.values(model, seed: 8)
    let still = try Run(
      #"{"epochs": 1, "batchSize": 8, "optimizer": {"learningRate": 0}}"#, model: model,
      initial: values)
    #expect(still.result?.best.parameters == values)
    let own = try Run(
      #"{"epochs": 1, "batchSize": 8, "seed": 9, "optimizer": {"learningRate": 0}}"#)
    #expect(own.result?.best.parameters == model.initialValues(RandomKey(seed: 9)))
  }

  @Test(arguments: [
    (
      40, 8,
      "a validation part of 40 leaves nothing of 40 training examples; use a smaller --validation"
    ),
    (10, 31, "a batch of 31 is more than the 30 training examples; use a smaller --batch-size"),
  ])
  func tooFewExamples(validation: Int, batchSize: Int, message: String) throws {
    let run = try Run(#"{"validation": \#(validation), "batchSize": \#(batchSize)}"#)
    #expect((run.error as? TrainingError)?.description == message)
  }

  @Test func anErrorOfTheDeliveryEndsTheRun() throws {
    struct DiskFull: Error {}
    let trainer = Trainer(
      recipe: try RecipeTests.recipe(Self.recipe()), model: try Models.mlp(),
      device: Device(threads: 1))
    #expect(throws: DiskFull.self) {
      _ = try trainer.run(
        on: Images.halves(40, seed: 1), observer: .init(onBest: { _ in throw DiskFull() }))
    }
    #expect(throws: DiskFull.self) {
      _ = try trainer.run(
        on: Images.halves(40, seed: 1), observer: .init(onState: { _ in throw DiskFull() }))
    }
  }
}
