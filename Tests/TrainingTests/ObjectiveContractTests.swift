import Autodiff
import Configurations
import Kernels
import ModelFixtures
import Networks
import Testing

@testable import Training

/// What every objective of the catalog must do.
@Suite struct ObjectiveContractTests {
  /// Sections of recipes, at least one of every objective.
  static let settings = [
    #"{"objective": "mixed"}"#,
    #"{"objective": "mixed", "ratio": 0.25}"#,
    #"{"objective": "mixed", "ratio": 1, "attack": "pgd:steps=2"}"#,
    #"{"objective": "mixed", "ratio": 0.5, "attack": "n-fgsm", "epsilonPerExample": true}"#,
    #"{"objective": "mixed", "ratio": 0.5, "labels": "predicted"}"#,
    #"{"objective": "trades", "attack": "pgd:steps=2"}"#,
    #"{"objective": "mart", "attack": "pgd:steps=2"}"#,
    #"{"objective": "grad-align", "ratio": 0.5, "lambda": 1, "differentiatesBoth": true}"#,
    #"{"objective": "grad-align", "lambda": 0.5, "epsilon": 0.3}"#,
    #"{"objective": "free", "replays": 1}"#,
  ]

  static func model(_ isConvolutional: Bool) throws -> Model {
    try isConvolutional ? Models.cnn(classes: 3) : Models.mlp(classes: 3)
  }

  @Test func theCatalogIsCovered() throws {
    let covered = try Self.settings.map {
      type(of: try RecipeTests.recipe(#"{"adversarial": \#($0)}"#).objective).name
    }
    #expect(Set(covered) == Set(ObjectiveCatalog.names))
    #expect(Set(ObjectiveCatalog.names).count == ObjectiveCatalog.all.count)
    for type in ObjectiveCatalog.all {
      #expect(!type.summary.isEmpty && !type.summary.contains("\n"))
      #expect(type.name.allSatisfy { $0.isLowercase || $0 == "-" })
    }
  }

  @Test(arguments: [
    "mixed", "mixed:ratio=0.5", "trades:beta=6", "mart:lambda=3",
    "grad-align:differentiates-both=true,lambda=2,ratio=0.5", "free:replays=4",
  ])
  func anObjectiveIsItsConfiguration(text: String) throws {
    let objective = try ObjectiveCatalog.objective(text)
    let name = type(of: objective).name
    #expect(text.hasPrefix(name))
    var object = try ConfigurationObject(
      .object(objective.configuration.merging(["objective": .string(name)]) { $1 }),
      place: "test")
    let other = try ObjectiveCatalog.objective(in: &object)
    try object.finish()
    #expect(type(of: other) == type(of: objective))
    #expect(other.configuration == objective.configuration)
    #expect(other.replays == objective.replays && objective.replays >= 1)
  }

  @Test func thePapersValuesAreTheDefaults() throws {
    #expect((try ObjectiveCatalog.objective("trades") as? TRADES)?.beta == 6)
    #expect((try ObjectiveCatalog.objective("mart") as? MART)?.lambda == 5)
    #expect((try ObjectiveCatalog.objective("grad-align") as? GradAlign)?.lambda == 0.2)
    #expect(try ObjectiveCatalog.objective("free").replays == 8)
    #expect(try !ObjectiveCatalog.objective("mixed").isAdversarial)
    #expect(try ObjectiveCatalog.objective("mixed:ratio=0.1").isAdversarial)
    #expect(try ObjectiveCatalog.objective("trades").isAdversarial)
  }

  @Test(arguments: [
    ("tradse", "objective: 'tradse' is unknown; did you mean 'trades'?"),
    ("trades:lambda=1", "objective trades: unknown key 'lambda'; known are beta, objective"),
    ("trades:beta=-1", "objective trades: beta: -1 is outside 0…1000"),
    ("mart:lambda=much", "objective mart: lambda: a number is needed, not a text"),
    ("grad-align:ratio=2", "objective grad-align: ratio: 2 is outside 0…1"),
    ("free:replays=101", "objective free: replays: 101 is outside 1…100"),
    ("free:replays=1,replays=2", "objective free: 'replays' is given twice"),
    ("mixed:ratio", "objective mixed: 'ratio' is no setting such as steps=40"),
  ])
  func mistakesAreSaidInOneLine(text: String, message: String) {
    let error = #expect(throws: ConfigurationError.self) { try ObjectiveCatalog.objective(text) }
    #expect(error?.description == message)
  }

  /// In Double, along a random direction of each parameter. The attacks' examples are constants to
  /// the gradient; being made of signs, they do not move under a small change either.
  @Test(
    arguments: settings.filter { !$0.contains("grad-align") || $0.contains("Both") }, [false, true])
  func gradientsAreThoseOfTheLoss(setting: String, isConvolutional: Bool) throws {
    let step = try StepCase(setting, model: Self.model(isConvolutional))
    let gradients = step.reference(step.loss.gradients(withRespectTo: step.parameters))
    let key = RandomKey(seed: 2)
    for index in step.parameters.indices {
      let width = 1e-6
      func total(_ sign: Double) -> Double {
        let changes = gradients.enumerated().map { row, values in
          values.indices.map { place in
            row == index ? sign * width * direction(row, place) : 0
          }
        }
        return step.reference([step.total], changes: changes)[0][0]
      }
      func direction(_ row: Int, _ place: Int) -> Double {
        Double(key.uniform(row: row, index: place)) - 0.5
      }
      let slope = (total(1) - total(-1)) / (2 * width)
      let expected = gradients[index].enumerated().reduce(0) {
        $0 + $1.element * direction(index, $1.offset)
      }
      #expect(abs(slope - expected) < 1e-6 * max(1, abs(expected)), "parameter \(index)")
      #expect(expected != 0)
    }
  }

  @Test(arguments: settings, [false, true])
  func floatsAreNearDoubles(setting: String, isConvolutional: Bool) throws {
    let step = try StepCase(setting, model: Self.model(isConvolutional))
    let results = [step.total] + step.loss.gradients(withRespectTo: step.parameters)
    // A step in float32 begins with what is kept at zero.
    let isFree = step.recipe.objective is Free
    let found = step.run(results)
    let expected = isFree ? step.reference(results, kept: 0) : step.reference(results)
    for (found, expected) in zip(found, expected) {
      let error = zip(found, expected).map { abs(Double($0) - $1) }.max()!
      #expect(error < 2e-4, "\(error)")
    }
  }

  /// The recipe's smoothing is in every objective's cross-entropy.
  @Test(arguments: settings)
  func labelsAreSmoothed(setting: String) throws {
    let losses = try ["", #", "labelSmoothing": 0.3"#].map { more in
      let step = try StepCase(setting, model: Self.model(false), more: more)
      return step.reference([step.total])[0][0]
    }
    #expect(abs(losses[0] - losses[1]) > 1e-5)
  }

  /// A row depends on (seed, step, example) alone, wherever it stands and among whichever others.
  @Test(arguments: settings, [false, true])
  func rowsBelongToTheirExamples(setting: String, isConvolutional: Bool) throws {
    let step = try StepCase(setting, model: Self.model(isConvolutional))
    let losses = step.loss.terms.map(\.losses)
    let expected = step.run(losses)
    let order = [4, 1, 5, 0]
    for (found, expected) in zip(step.run(losses, order: order), expected) {
      #expect(found == order.map { expected[$0] })
    }
  }

  static let training = settings.map { setting in
    #"""
    {"epochs": 4, "batchSize": 8, "validation": 0, "seed": 3,
     "optimizer": {"type": "adam", "learningRate": 0.02}, "adversarial": \#(setting)}
    """#
  }

  @Test(arguments: training)
  func theLossFalls(recipe: String) throws {
    let run = try Run(recipe, model: Models.cnn())
    let losses = run.epochs.map(\.record.trainingLoss)
    #expect(losses.count == 4 && losses[3] < 0.8 * losses[0], "\(losses)")
  }

  @Test(arguments: training)
  func bytesAreTheSameOnEveryDevice(recipe: String) throws {
    let recipe = recipe.replacing(#""epochs": 4"#, with: #""epochs": 1"#)
    let model = try Models.cnn()
    let expected = try Run(recipe, model: model).result?.best.parameters
    #expect(expected != nil)
    for set in InstructionSet.allCases where set.isSupported {
      let device = Device(threads: 2, instructionSet: set)
      #expect(
        try Run(recipe, model: model, device: device).result?.best.parameters == expected, "\(set)")
    }
  }
}
