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
    #expect(recipe.adversarialRatio == 0 && recipe.epsilon == 0.1)
    #expect(recipe.validation == nil && recipe.patience == nil && recipe.limit == nil)
  }

  static let full = #"""
    {"model": "mlp", "dataset": "mnist", "seed": 7, "epochs": 3, "batchSize": 8,
     "optimizer": {"type": "sgd", "learningRate": 0.5, "momentum": 0},
     "adversarial": {"ratio": 0.25, "epsilon": 0.3}, "validation": 0,
     "earlyStopping": {"patience": 2}, "limit": 100, "schedule": "linear"}
    """#

  @Test func everyKeyIsRead() throws {
    let recipe = try Self.recipe(Self.full)
    #expect(recipe.model == "mlp" && recipe.dataset == "mnist" && recipe.seed == 7)
    #expect(recipe.epochs == 3 && recipe.batchSize == 8)
    #expect((recipe.optimizer as? SGD)?.momentum == 0 && recipe.optimizer.learningRate == 0.5)
    #expect(recipe.adversarialRatio == 0.25 && recipe.epsilon == 0.3)
    #expect(recipe.validation == 0 && recipe.patience == 2 && recipe.limit == 100)
    #expect(recipe.schedule == .linear)
  }

  @Test(arguments: ["{}", full, #"{"earlyStopping": {}}"#, #"{"optimizer": {"type": "sgd"}}"#])
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
      "r.json: unknown key 'gpu'; known are adversarial, batchSize, dataset, earlyStopping, epochs, "
        + "limit, model, optimizer, schedule, seed, validation"
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
      "r.json: optimizer: type: 'lbfgs' is unknown; known are adam, sgd"
    ),
    (
      #"{"optimizer": {"momentum": 0.9}}"#,
      "r.json: optimizer: unknown key 'momentum'; known are beta1, beta2, epsilon, learningRate, type"
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
    (#"{"validation": -1}"#, "r.json: validation: -1 is outside 0…"),
    (#"{"earlyStopping": 1}"#, "r.json: earlyStopping: an object is needed, not a number"),
    (
      #"{"earlyStopping": {"patience": 0}}"#,
      "r.json: earlyStopping: patience: 0 is outside 1…1000000"
    ),
    (
      #"{"earlyStopping": {"wait": 1}}"#,
      "r.json: earlyStopping: unknown key 'wait'; known are patience"
    ),
    (#"{"limit": 0}"#, "r.json: limit: 0 is outside 1…"),
  ])
  func mistakes(text: String, message: String) throws {
    let error = try #require(throws: ConfigurationError.self) { try Self.recipe(text) }
    #expect(error.description == message)
  }
}
