import Autodiff
import Configurations
import ModelFixtures
import Networks
import TestSupport
import Testing

@testable import Training

/// A run that was stopped, written, read and continued is the run that was not.
@Suite struct ResumeTests {
  static let images = Images.halves(160, seed: 1)

  static func recipe(
    _ adversarial: String, more: String, seed: Int = 3, epochs: Int = 4
  ) -> String {
    #"""
    {"epochs": \#(epochs), "batchSize": 10, "validation": 100, "seed": \#(seed), "schedule": "cosine",
     "optimizer": {"type": "adam", "learningRate": 0.02}, "movingAverage": 0.9,
     "gradientLimit": 1, "augmentation": {"shift": 1, "flips": true},
     "adversarial": {\#(adversarial)}, \#(more)}
    """#
  }

  /// What each of them shows, beside its recipe.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let recipe: String
    var isConvolutional = false
    /// Of the uninterrupted run.
    let shows: @Sendable (Run) -> Bool
  }

  static let cases = [
    Case(
      testDescription: "rollbacks within epochs and at their ends",
      recipe: recipe(
        #""ratio": 1, "epsilon": 0.2"#, more: #""guard": {"checks": 3, "gap": 0.05}"#, seed: 5),
      isConvolutional: true,
      shows: { run in
        run.records.contains { $0.isRolledBack && $0.steps < 6 }
          && run.records.contains { $0.isRolledBack && $0.steps == 6 }
      }),
    Case(
      testDescription: "free's perturbation",
      recipe: recipe(
        #""objective": "free", "replays": 2, "epsilon": 0.1"#,
        more: #""guard": {"onCollapse": "warn"}"#, epochs: 2),
      shows: { $0.steps.count == 24 }),
    Case(
      testDescription: "an end by the guard",
      recipe: recipe(
        #""ratio": 1, "epsilon": 0.25, "epsilonPerExample": true"#,
        more: #""guard": {"checks": 0, "gap": 0, "healings": 0}"#),
      isConvolutional: true,
      shows: { $0.result?.failure != nil }),
    Case(
      testDescription: "an end by patience, with a warm-up and noise",
      recipe: recipe(
        #""ratio": 0.5, "epsilon": 0.01, "attack": "n-fgsm", "labels": "predicted", "epsilonWarmup": 1.5"#,
        more: #""guard": {"checks": 3}, "earlyStopping": {"patience": 1, "figure": "robust"}"#,
        epochs: 6),
      shows: { $0.stoppedEarly.map { $0 < 6 } ?? false }),
  ]

  static func identity(_ recipe: String, _ model: Model) throws -> RunFile.Identity {
    RunFile.Identity(
      recipe: try RecipeTests.recipe(recipe).configuration,
      model: model.specification.configuration, dataset: "digest", initial: nil)
  }

  /// By way of a file.
  static func continued(
    _ state: TrainingState, _ recipe: String, _ model: Model, in directory: TemporaryDirectory,
    stopAfter steps: Int = .max
  ) throws -> Run {
    let (path, names) = (directory.path + "/run", model.parameters.map(\.name))
    let identity = try identity(recipe, model)
    try RunFile(state, of: identity).write(to: path, parameters: names, creatingDirectory: false)
    let read = try RunFile(contentsOf: path, parameters: names).state(for: identity, path: path)
    return try Run(recipe, model: model, on: images, resuming: read, stopAfter: steps)
  }

  static func expect(_ run: Run, is whole: Run, _ comment: String) {
    #expect(run.error == nil, "\(comment)")
    #expect(run.result?.contents == whole.result?.contents, "\(comment)")
    #expect(run.result?.history == whole.result?.history, "\(comment)")
    #expect(run.result?.best.epoch == whole.result?.best.epoch, "\(comment)")
    #expect(run.result?.last.epoch == whole.result?.last.epoch, "\(comment)")
    #expect(run.result?.failure == whole.result?.failure, "\(comment)")
  }

  @Test func aStopIsHarmless() throws {
    let example = Self.cases[0]
    let directory = try TemporaryDirectory()
    let model = try Models.cnn()
    let whole = try Run(example.recipe, model: model, on: Self.images)
    for count in stride(from: 1, through: whole.steps.count, by: 4) {
      let stopped = try Run(example.recipe, model: model, on: Self.images, stopAfter: count)
      #expect(stopped.steps.count == count && stopped.error == nil)
      let state = try #require(stopped.states.last)
      let rest = try Self.continued(state, example.recipe, model, in: directory)
      Self.expect(rest, is: whole, "after step \(count)")
      let steps = (stopped.steps + rest.steps).map(\.loss)
      #expect(steps == whole.steps.map(\.loss), "after step \(count)")
    }
  }

  /// Every step in a run of its own: whatever moment a run is stopped at.
  @Test(arguments: cases)
  func aRunOfManyPieces(_ example: Case) throws {
    let directory = try TemporaryDirectory()
    let model = try example.isConvolutional ? Models.cnn() : Models.mlp()
    let whole = try Run(example.recipe, model: model, on: Self.images)
    try #require(example.shows(whole), "\(whole.records)")
    var piece = try Run(example.recipe, model: model, on: Self.images, stopAfter: 1)
    var pieces = 1
    while piece.steps.count == 1, pieces < 1000, let state = piece.states.last {
      piece = try Self.continued(state, example.recipe, model, in: directory, stopAfter: 1)
      pieces += 1
    }
    Self.expect(piece, is: whole, "\(pieces) pieces")
    #expect(pieces > whole.steps.count)
  }

  @Test func statesAreSavedInTheInterval() throws {
    func saved(_ interval: Int?) throws -> [[Int]] {
      try Run(
        TrainerTests.recipe(epochs: 2, validation: 6), saveInterval: interval
      ).states.map { [$0.epoch, $0.stepsOfEpoch, $0.steps] }
    }
    #expect(try saved(nil) == [[2, 0, 5], [3, 0, 10]])
    #expect(try saved(100) == [[2, 0, 5], [3, 0, 10]])
    #expect(
      try saved(2) == [
        [1, 2, 2], [1, 4, 4], [2, 0, 5], [2, 1, 6], [2, 3, 8], [3, 0, 10],
      ])
    #expect(try saved(1).count == 10)
  }

  /// Saving changes nothing.
  @Test func anySavedStateGoesOn() throws {
    let example = Self.cases[0]
    let directory = try TemporaryDirectory()
    let model = try Models.cnn()
    let whole = try Run(example.recipe, model: model, on: Self.images)
    let saving = try Run(example.recipe, model: model, on: Self.images, saveInterval: 1)
    Self.expect(saving, is: whole, "saving")
    for (index, state) in saving.states.enumerated() where index % 5 == 2 {
      let rest = try Self.continued(state, example.recipe, model, in: directory)
      Self.expect(rest, is: whole, "state \(index)")
    }
  }

  @Test func aStateOfAnotherModelIsRefused() throws {
    let recipe = Self.cases[0].recipe
    let stopped = try Run(recipe, model: Models.cnn(), on: Self.images, stopAfter: 2)
    let state = try #require(stopped.states.last)
    func error(_ state: TrainingState, _ recipe: String, _ model: Model) throws -> String? {
      (try Run(recipe, model: model, on: Self.images, resuming: state).error as? TrainingError)?
        .description
    }
    let message =
      "the interrupted run does not fit its model and recipe; leave out --resume to begin anew"
    #expect(try error(state, recipe, Models.mlp()) == message)
    #expect(
      try error(
        state, recipe.replacing(#""movingAverage": 0.9,"#, with: ""), Models.cnn()) == message)
    #expect(try error(state, recipe.replacing("adam", with: "sgd"), Models.cnn()) == message)
    var damaged = state
    damaged.healthy.variables.removeAll()
    #expect(try error(damaged, recipe, Models.cnn()) == message)
    damaged = state
    // The right shapes, of integers.
    damaged.current = damaged.current.mapValues {
      Tensor(Array(repeating: Int32(1), count: $0.count), shape: $0.shape)
    }
    #expect(try error(damaged, recipe, Models.cnn()) == message)
  }
}
