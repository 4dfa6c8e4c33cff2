import Attacks
import Configurations
import Networks
import Testing
import Training

@Suite struct RecipeTests {
  static func recipe(_ text: String) throws -> Recipe {
    let value = try JSONValue(parsing: Array(text.utf8), source: "r.json")
    return try Recipe(ConfigurationObject(value, place: "r.json"))
  }

  @Test func whatIsMissingHasItsValue() throws {
    let recipe = try Self.recipe("{}")
    #expect(recipe.model == "cnn" && recipe.dataset == "mnist-5k" && recipe.seed == 0)
    #expect(recipe.epochs == 10 && recipe.batchSize == 32)
    #expect(recipe.optimizer is Adam && recipe.optimizer.learningRate == 0.001)
    #expect(recipe.schedule == .constant)
    #expect((recipe.objective as? Mixed)?.adversarialRatio == 0)
    let adversary = recipe.adversary
    #expect(adversary.epsilon == 0.1 && adversary.plan.attack is FGSM)
    #expect(adversary.labels == .true && adversary.warmup == 0 && !adversary.drawsEpsilon)
    #expect(recipe.validation == nil && recipe.patience == nil && recipe.limit == nil)
  }

  static let full = #"""
    {"model": "mlp", "dataset": "mnist", "seed": 7, "epochs": 3, "batchSize": 8,
     "optimizer": {"type": "sgd", "learningRate": 0.5, "momentum": 0},
     "adversarial": {"objective": "mixed", "ratio": 0.25, "epsilon": 0.3, "attack": "pgd:steps=3",
       "labels": "predicted", "epsilonWarmup": 1.5, "epsilonPerExample": true},
     "validation": 0,
     "earlyStopping": {"patience": 2}, "limit": 100, "schedule": "linear"}
    """#

  @Test func everyKeyIsRead() throws {
    let recipe = try Self.recipe(Self.full)
    #expect(recipe.model == "mlp" && recipe.dataset == "mnist" && recipe.seed == 7)
    #expect(recipe.epochs == 3 && recipe.batchSize == 8)
    #expect((recipe.optimizer as? SGD)?.momentum == 0 && recipe.optimizer.learningRate == 0.5)
    #expect((recipe.objective as? Mixed)?.adversarialRatio == 0.25)
    let adversary = recipe.adversary
    #expect(adversary.epsilon == 0.3 && (adversary.plan.attack as? PGD)?.steps == 3)
    #expect(adversary.labels == .predicted && adversary.warmup == 1.5 && adversary.drawsEpsilon)
    #expect(recipe.validation == 0 && recipe.patience == 2 && recipe.limit == 100)
    #expect(recipe.schedule == .linear)
  }

  @Test(arguments: [
    "{}", full, #"{"earlyStopping": {}}"#, #"{"optimizer": {"type": "sgd"}}"#,
    #"{"adversarial": {"attack": {"name": "pgd", "steps": 4}}}"#,
    #"{"adversarial": {"attack": "n-fgsm:noise=1", "labels": "predicted"}}"#,
    #"{"adversarial": {"attack": "apgd-t:steps=3"}}"#,
    #"{"adversarial": {"objective": "trades", "beta": 2.5, "attack": "pgd:steps=10"}}"#,
    #"{"adversarial": {"objective": "mart", "lambda": 2}}"#,
    #"{"adversarial": {"objective": "grad-align", "differentiatesBoth": true}}"#,
    #"{"adversarial": {"objective": "free", "replays": 4}}"#,
  ])
  func theConfigurationIsTheRecipeAgain(text: String) throws {
    let configuration = try Self.recipe(text).configuration
    #expect(try Self.recipe(configuration.text).configuration.text == configuration.text)
  }

  @Test func earlyStoppingHasAPatienceOfOne() throws {
    #expect(try Self.recipe(#"{"earlyStopping": {}}"#).patience == 1)
    #expect(try Self.recipe(#"{"earlyStopping": null}"#).patience == nil)
  }

  @Test(arguments: [
    ("[]", "r.json: an object is needed, not a list"),
    (#"{"epoch": 1}"#, "r.json: unknown key 'epoch'; did you mean 'epochs'?"),
    (
      #"{"gpu": 1}"#,
      "r.json: unknown key 'gpu'; known are adversarial, augmentation, batchSize, dataset, "
        + "earlyStopping, epochs, gradientLimit, guard, labelSmoothing, limit, model, movingAverage, "
        + "optimizer, schedule, seed, validation"
    ),
    (
      #"{"schedule": "lineal"}"#,
      "r.json: schedule: 'lineal' is unknown; did you mean 'linear'?"
    ),
    (#"{"model": 1}"#, "r.json: model: a text is needed, not a number"),
    (#"{"dataset": []}"#, "r.json: dataset: a text is needed, not a list"),
    (#"{"seed": -1}"#, "r.json: seed: -1 is outside 0…"),
    (#"{"seed": 1.5}"#, "r.json: seed: a whole number is needed, not 1.5"),
    (#"{"epochs": 0}"#, "r.json: epochs: 0 is outside 1…1000000"),
    (#"{"batchSize": 65537}"#, "r.json: batchSize: 65537 is outside 1…65536"),
    (#"{"optimizer": "adam"}"#, "r.json: optimizer: an object is needed, not a text"),
    (
      #"{"optimizer": {"type": "adm"}}"#,
      "r.json: optimizer: type: 'adm' is unknown; did you mean 'adam'?"
    ),
    (
      #"{"optimizer": {"type": "lbfgs"}}"#,
      "r.json: optimizer: type: 'lbfgs' is unknown; known are adam, adamw, sgd"
    ),
    (
      #"{"optimizer": {"momentum": 0.9}}"#,
      "r.json: optimizer: unknown key 'momentum'; "
        + "known are beta1, beta2, epsilon, learningRate, type, weightDecay"
    ),
    (#"{"adversarial": {"ratio": 1.1}}"#, "r.json: adversarial: ratio: 1.1 is outside 0…1"),
    (
      #"{"adversarial": {"epsilon": "8/255"}}"#,
      "r.json: adversarial: epsilon: a number is needed, not a text"
    ),
    (
      #"{"adversarial": {"eps": 0.1}}"#,
      "r.json: adversarial: unknown key 'eps'; did you mean 'epsilon'?"
    ),
    (
      #"{"adversarial": {"objective": "trade"}}"#,
      "r.json: adversarial: objective: 'trade' is unknown; did you mean 'trades'?"
    ),
    (
      #"{"adversarial": {"beta": 6}}"#,
      "r.json: adversarial: unknown key 'beta'; known are attack, epsilon, epsilonPerExample, "
        + "epsilonWarmup, labels, objective, ratio"
    ),
    (
      #"{"adversarial": {"objective": "trades", "ratio": 0.5}}"#,
      "r.json: adversarial: unknown key 'ratio'; known are attack, beta, epsilon, "
        + "epsilonPerExample, epsilonWarmup, labels, objective"
    ),
    (
      #"{"adversarial": {"attack": 3}}"#,
      "r.json: adversarial: attack: an object is needed, not a number"
    ),
    (#"{"adversarial": {"attack": "pdg"}}"#, "attack: 'pdg' is unknown; did you mean 'pgd'?"),
    (
      #"{"adversarial": {"attack": {"steps": 3}}}"#,
      "r.json: adversarial: attack: the key 'name' is missing"
    ),
    (
      #"{"adversarial": {"attack": {"name": "pgd", "stepz": 3}}}"#,
      "r.json: adversarial: attack: unknown key 'stepz'; did you mean 'steps'?"
    ),
    (
      #"{"adversarial": {"attack": "pgd:restarts=2"}}"#,
      "r.json: adversarial: attack: training makes one attempt on each example; leave out restarts"
    ),
    (
      #"{"adversarial": {"attack": "pgd:steps=101"}}"#,
      "r.json: adversarial: attack: 101 steps are too many for training; at most 100"
    ),
    (
      #"{"adversarial": {"labels": "guessed"}}"#,
      "r.json: adversarial: labels: 'guessed' is unknown; known are true, predicted"
    ),
    (
      #"{"adversarial": {"epsilonWarmup": -1}}"#,
      "r.json: adversarial: epsilonWarmup: -1 is outside 0…1000000"
    ),
    (
      #"{"adversarial": {"epsilonPerExample": 1}}"#,
      "r.json: adversarial: epsilonPerExample: true or false is needed, not a number"
    ),
    (
      #"{"adversarial": {"objective": "trades", "labels": "predicted"}}"#,
      "r.json: adversarial: trades leads away from the clean probabilities, not from labels; "
        + "leave out labels"
    ),
    (
      #"{"adversarial": {"objective": "free", "attack": "pgd"}}"#,
      "r.json: adversarial: free moves its own perturbation; leave out attack"
    ),
    (
      #"{"adversarial": {"objective": "free", "labels": "predicted"}}"#,
      "r.json: adversarial: free has one gradient for images and parameters; leave out labels"
    ),
    (
      #"{"adversarial": {"objective": "free", "replays": 0}}"#,
      "r.json: adversarial: replays: 0 is outside 1…100"
    ),
    (#"{"validation": -1}"#, "r.json: validation: -1 is outside 0…"),
    (#"{"earlyStopping": 1}"#, "r.json: earlyStopping: an object is needed, not a number"),
    (
      #"{"earlyStopping": {"patience": 0}}"#,
      "r.json: earlyStopping: patience: 0 is outside 1…1000000"
    ),
    (
      #"{"earlyStopping": {"wait": 1}}"#,
      "r.json: earlyStopping: unknown key 'wait'; known are figure, patience"
    ),
    (#"{"limit": 0}"#, "r.json: limit: 0 is outside 1…"),
  ])
  func mistakes(text: String, message: String) throws {
    let error = try #require(throws: ConfigurationError.self) { try Self.recipe(text) }
    #expect(error.description == message)
  }
}
