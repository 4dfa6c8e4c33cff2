internal import ArgumentParsing
internal import Attacks
internal import Datasets
internal import Networks
internal import TrainedModels
internal import Training

/// What a training's result depends on: a recipe, and the options that win over it.
struct RecipeOptions: ParsableArguments {
  @Option(
    "config", valueName: "recipe",
    help:
      "A bundled recipe (\(ModelCatalog.recipeNames.joined(separator: ", "))), or a file like one.")
  var recipe = "default"

  @Option(
    "adv-ratio", valueName: "ratio", as: .range(0...1),
    help: "The share of the adversarial loss: 0 is plain training, 1 adversarial only.")
  var ratio: Double?

  @Option(
    "eps", as: .epsilon, help: "ε: the largest change of a pixel in 0…1, such as 0.1 or 8/255.")
  var epsilon: Double?

  @Option(
    "attack", valueName: "attack",
    help: """
      The attack to train against (\(AttackCatalog.training.map { $0.name }.joined(separator: ", "))), \
      with settings: pgd:steps=7.
      """)
  var attack: TrainingAttackArgument?

  @Option(
    "objective", valueName: "objective",
    help:
      "The loss (\(ObjectiveCatalog.names.joined(separator: ", "))), with settings: trades:beta=6.")
  var objective: ObjectiveArgument?

  @Option(
    "on-collapse", valueName: "reaction",
    help: "What to do when the training overfits to its own attack.")
  var onCollapse: GuardSettings.Reaction?

  @Option(
    "model", valueName: "model",
    help: "A bundled model (\(ModelCatalog.names.joined(separator: ", "))), or a file like one.")
  var model: String?

  @Option("epochs", valueName: "n", as: .range(Recipe.epochCounts), help: "Passes over the data.")
  var epochs: Int?

  @Option(
    "batch-size", valueName: "n", as: .range(Recipe.batchSizes), help: "The examples of a step.")
  var batchSize: Int?

  @Option(
    "optimizer", valueName: "optimizer",
    help: """
      How weights follow gradients \
      (\(OptimizerCatalog.all.map { $0.type }.joined(separator: ", "))), with settings: \
      sgd:momentum=0.9,nesterov=true.
      """)
  var optimizer: OptimizerArgument?

  @Option(
    "learning-rate", valueName: "rate", as: .range(OptimizerCatalog.learningRates),
    help: "The optimizer's rate.")
  var learningRate: Double?

  @Option(
    "schedule", valueName: "schedule",
    help: """
      How the rate goes over the run \
      (\(ScheduleCatalog.all.map { $0.type }.joined(separator: ", "))), with settings: \
      cosine:warmup=0.05.
      """)
  var schedule: ScheduleArgument?

  @Option(
    "label-smoothing", valueName: "share", as: .range(Recipe.labelSmoothings),
    help: "The share of every label that all classes take in equal parts.")
  var labelSmoothing: Double?

  @Option(
    "shift", valueName: "pixels", as: .range(Augmentation.shifts),
    help: "Move every training image at random by up to <pixels>.")
  var shift: Int?

  @Option(
    "moving-average", valueName: "decay", as: .range(ExponentialMovingAverage.decays),
    help: "Keep an exponential moving average of the weights, in a checkpoint of its own.")
  var movingAverage: Double?

  @Option("seed", valueName: "n", as: .range(0...), help: "The seed of all random numbers.")
  var seed: Int?

  @Option(
    "validation", valueName: "n", as: .range(0...),
    help: """
      Hold out <n> training images to choose the best epoch by; with 0 the last epoch is taken, and \
      nothing guards the run. (default: the recipe's, or a tenth)
      """)
  var validation: Int?

  static let arguments = ArgumentSet<Self>(
    \.$recipe, \.$ratio, \.$epsilon, \.$attack, \.$objective, \.$onCollapse, \.$model, \.$epochs,
    \.$batchSize, \.$optimizer, \.$learningRate, \.$schedule, \.$labelSmoothing, \.$shift,
    \.$movingAverage, \.$seed, \.$validation)

  func validate() throws(ValidationError) {
    try EpsilonFormat.check([epsilon].compactMap { $0 }, norm: .linf)
  }

  /// The recipe with the options' values in it.
  func complete(_ data: DataOptions) throws -> Recipe {
    var recipe = try Recipe(try ModelCatalog.recipe(self.recipe))
    try setAdversary(of: &recipe)
    try setOptimization(of: &recipe)
    if let model { recipe.model = model }
    recipe.dataset = try data.name(otherwise: recipe.dataset)
    if let epochs { recipe.epochs = epochs }
    if let batchSize { recipe.batchSize = batchSize }
    if let seed { recipe.seed = seed }
    if let validation { recipe.validation = validation }
    if let limit = data.limit { recipe.limit = limit }
    try checkThatAllMatter(in: recipe)
    return recipe
  }

  /// An option without effect would be taken for one that had it.
  private func checkThatAllMatter(in recipe: Recipe) throws(ValidationError) {
    let forAdversary = [
      ("--attack", attack != nil), ("--objective", objective != nil),
      ("--on-collapse", onCollapse != nil),
    ]
    if !recipe.objective.isAdversarial, let (name, _) = forAdversary.first(where: { $0.1 }) {
      throw ValidationError(
        "\(name) has no meaning in plain training; give --adv-ratio more than 0")
    }
    if recipe.validation == 0, onCollapse != nil {
      throw ValidationError(
        "--on-collapse has no meaning with --validation 0: nothing guards the run")
    }
  }

  private func setAdversary(of recipe: inout Recipe) throws {
    if let objective { recipe.objective = objective.objective }
    if let ratio {
      guard recipe.objective.setRatio(ratio) else {
        throw ValidationError(
          "--adv-ratio has no meaning for the objective \(type(of: recipe.objective).name)")
      }
    }
    if let epsilon { recipe.adversary.epsilon = epsilon }
    if let attack { recipe.adversary.plan = attack.plan }
    do {
      try recipe.objective.check(recipe.adversary, place: "--objective, --attack")
    } catch {
      throw ValidationError("\(error)")
    }
    if let onCollapse { recipe.guarding.reaction = onCollapse }
  }

  private func setOptimization(of recipe: inout Recipe) throws {
    if let optimizer { recipe.optimizer = optimizer.optimizer }
    if let learningRate { recipe.optimizer.learningRate = learningRate }
    if let schedule { recipe.schedule = schedule.schedule }
    if let labelSmoothing { recipe.labelSmoothing = labelSmoothing }
    if let shift {
      recipe.augmentation = Augmentation(shift: shift, flips: recipe.augmentation.flips)
    }
    if let movingAverage { recipe.movingAverage = .init(decay: movingAverage) }
  }
}
