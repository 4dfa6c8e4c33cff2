internal import ArgumentParsing
internal import Attacks
internal import Autodiff
internal import Configurations
internal import Datasets
internal import Evaluation
internal import Foundation
internal import Networks
internal import TrainedModels
internal import Training

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a classifier on clean and adversarial examples.",
    discussion: """
      The loss is α · clean + (1 − α) · adversarial with α = 1 − adv-ratio; the adversarial examples \
      are made by FGSM, on the fly, from the current weights. Options win over the recipe that \
      --config names. Ctrl-C ends the training and keeps the best epoch so far.
      """)

  @Option(
    "adv-ratio", valueName: "ratio", as: .range(0...1),
    help: "The share of the adversarial loss: 0 is plain training, 1 adversarial only.")
  var ratio: Double?

  @Option(
    "eps", as: .epsilon, help: "ε: the largest change of a pixel in 0…1, such as 0.1 or 8/255.")
  var epsilon: Double?

  @Option(
    "model", valueName: "model",
    help: "A bundled model (\(ModelCatalog.names.joined(separator: ", "))), or a file like one.")
  var model: String?

  @Option(
    "config", valueName: "recipe",
    help:
      "A bundled recipe (\(ModelCatalog.recipeNames.joined(separator: ", "))), or a file like one.")
  var recipe = "default"

  @Option("epochs", valueName: "n", as: .range(Recipe.epochCounts), help: "Passes over the data.")
  var epochs: Int?

  @Option(
    "batch-size", valueName: "n", as: .range(Recipe.batchSizes), help: "The examples of a step.")
  var batchSize: Int?

  @Option(
    "learning-rate", valueName: "rate", as: .range(OptimizerCatalog.learningRates),
    help: "The optimizer's rate.")
  var learningRate: Double?

  @Option("seed", valueName: "n", as: .range(0...), help: "The seed of all random numbers.")
  var seed: Int?

  @Option(
    "validation", valueName: "n", as: .range(0...),
    help: """
      Hold out <n> training images to choose the best epoch by; with 0 the last epoch is taken. \
      (default: the recipe's, or a tenth)
      """)
  var validation: Int?

  @Option(
    "init", valueName: "checkpoint", help: "Harden a checkpoint: begin with its model and weights.")
  var initial: String?

  @Option(
    "output", abbreviation: "o", valueName: "file",
    help: """
      Where to write the checkpoint. (default: checkpoints/hardened.safetensors, or \
      checkpoints/baseline.safetensors at ratio 0)
      """)
  var output: String?

  @Flag("quiet", abbreviation: "q", help: "Print nothing but errors.")
  var quiet: Bool

  @OptionGroup(title: "Data options") var data: DataOptions
  @OptionGroup(title: "Machine options") var machine: DeviceOptions

  static let arguments = ArgumentSet<Self>(
    \.$ratio, \.$epsilon, \.$model, \.$recipe, \.$epochs, \.$batchSize, \.$learningRate, \.$seed,
    \.$validation, \.$initial, \.$output, \.$quiet, \.$data, \.$machine)

  func validate() throws(ValidationError) {
    try EpsilonFormat.check([epsilon].compactMap { $0 }, norm: .linf)
    if initial != nil, model != nil {
      throw ValidationError("--init brings its own model; leave out --model")
    }
  }

  func run() throws {
    let start = try initial.map { try TrainedModel(contentsOf: $0) }
    var recipe = try completeRecipe()
    let model = try start?.model ?? ModelCatalog.model(recipe.model)
    // A given checkpoint brings its own model, whatever the recipe says.
    if start != nil { recipe.model = model.name }
    let output = OutputFile(
      path: self.output
        ?? (recipe.adversarialRatio > 0
          ? "checkpoints/hardened.safetensors" : "checkpoints/baseline.safetensors"),
      createsDirectory: self.output == nil)
    try output.check()
    let device = try machine.device()
    let pair = try data.load(recipe.dataset, limit: recipe.limit)
    try model.check(fits: pair.training)

    let display = TrainingDisplay(
      heading: heading(recipe, model, pair.training), epochs: recipe.epochs, isQuiet: quiet)
    let identity = pair.training.identity()
    func trained(_ result: Trainer.Result) -> TrainedModel {
      TrainedModel(
        model: model, parameters: result.parameters,
        record: TrainingRecord(
          recipe: recipe.configuration, epoch: result.epoch,
          trainedOn: (start?.record.trainedOn ?? []) + [identity], initialDigest: start?.digest),
        history: Trainer.configuration(of: result.history), seed: recipe.seed)
    }
    Interrupt.watch()
    var writtenEpoch: Int?
    let result: Trainer.Result?
    do {
      defer { display.clearLine() }
      result = try Trainer(recipe: recipe, model: model, device: device).run(
        on: pair.training, initial: start?.parameters, shouldStop: { Interrupt.isRequested },
        onEvent: { display.show($0) },
        onBest: {
          try output.write(trained($0))
          writtenEpoch = $0.epoch
        })
    } catch let error as TrainingError {
      guard let writtenEpoch else { throw error }
      throw Failure(
        Failure(describing: error).status,
        "\(error); \(output.path) holds the best epoch so far (\(writtenEpoch))")
    }
    guard let result else {
      throw Failure(
        .interrupted, "interrupted before the first epoch ended; nothing was written")
    }
    // Once more, with the whole history.
    try output.write(trained(result))
    if Interrupt.isRequested {
      throw Failure(
        .interrupted, "interrupted; \(output.path) holds the best epoch so far (\(result.epoch))")
    }
    if !quiet {
      Terminal.printLine(try summary(trained(result), on: pair.test, recipe, device))
      Terminal.printLine("wrote \(output.path) (epoch \(result.epoch))")
    }
  }

  /// The recipe with the options' values in it.
  private func completeRecipe() throws -> Recipe {
    var recipe = try Recipe(try ModelCatalog.recipe(self.recipe))
    if let ratio { recipe.adversarialRatio = ratio }
    if let epsilon { recipe.epsilon = epsilon }
    if let model { recipe.model = model }
    recipe.dataset = try data.name(otherwise: recipe.dataset)
    if let epochs { recipe.epochs = epochs }
    if let batchSize { recipe.batchSize = batchSize }
    if let learningRate { recipe.optimizer.learningRate = learningRate }
    if let seed { recipe.seed = seed }
    if let validation { recipe.validation = validation }
    if let limit = data.limit { recipe.limit = limit }
    return recipe
  }

  private func heading(_ recipe: Recipe, _ model: Model, _ dataset: Dataset) -> String {
    let kind =
      recipe.adversarialRatio > 0
      ? "adv-ratio \(recipe.adversarialRatio), FGSM at ε \(recipe.epsilon)" : "clean examples only"
    return
      "\(model.name) (\(model.parameterCount.grouped) parameters) on \(dataset.name), \(kind), "
      + "seed \(recipe.seed)"
  }

  /// The delivered weights on the test split.
  private func summary(
    _ trained: TrainedModel, on test: Dataset, _ recipe: Recipe, _ device: Device
  ) throws -> String {
    var evaluator = Evaluator(
      suite: AttackSuite([AttackPlan(FGSM())]), threats: [ThreatModel(epsilon: recipe.epsilon)],
      device: device)
    // A summary, not a verdict.
    evaluator.checksHealth = false
    let report = evaluator.evaluate([EvaluationSubject(trained, path: "this checkpoint")], on: test)
      .report
    let figures = report.checkpoints[0]
    func text(_ accuracy: Accuracy) -> String {
      "\((100 * accuracy.accuracy).text(2)) % (\(accuracy.correct.grouped) of "
        + "\(accuracy.count.grouped))"
    }
    return
      ([
        "test split: clean \(text(figures.clean)), under fgsm at ε \(recipe.epsilon) "
          + text(figures.robust[0].accuracy)
      ] + report.findings.map { "note: \($0.message)" })
      .joined(separator: "\n")
  }
}
