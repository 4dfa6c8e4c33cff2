internal import ArgumentParsing
internal import Attacks
internal import Autodiff
internal import Configurations
internal import Datasets
internal import Evaluation
internal import Networks
internal import Reporting
internal import TrainedModels
internal import Training

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a classifier on clean and adversarial examples.",
    discussion: """
      The loss is α · clean + (1 − α) · adversarial with α = 1 − adv-ratio; the adversarial examples \
      are made by FGSM, on the fly, from the current weights. A guard probes the model with PGD on \
      held-out images after every epoch; when the training has overfitted to its own attack, it goes \
      back to the last healthy epoch and on with a stronger attack. The epoch with the best robust \
      validation accuracy is delivered, the last one is kept beside it. Options win over the recipe \
      that --config names. Ctrl-C ends the training; --resume goes on with it.
      """)

  @OptionGroup(title: "Recipe options") var recipe: RecipeOptions

  @Option(
    "init", valueName: "checkpoint", help: "Harden a checkpoint: begin with its model and weights.")
  var initial: String?

  @Option(
    "output", abbreviation: "o", valueName: "file",
    help: """
      Where to write the checkpoint; the last epoch's stands beside it as <file>.last. (default: \
      checkpoints/hardened.safetensors, or checkpoints/baseline.safetensors at ratio 0)
      """)
  var output: String?

  @Flag(
    "resume",
    help:
      "Go on with the interrupted run of the same output, to the same bytes; without one, begin.")
  var resumes: Bool

  @Option(
    "save-every", valueName: "steps", as: .range(1...1_000_000_000),
    help: "How often to save what --resume goes on from. (default: after every epoch)")
  var saveInterval: Int?

  @Option("log", valueName: "file", help: "Write every epoch's figures, as JSON Lines.")
  var log: String?

  @Flag("quiet", abbreviation: "q", help: "Print nothing but errors.")
  var quiet: Bool

  @OptionGroup(title: "Data options") var data: DataOptions
  @OptionGroup(title: "Machine options") var machine: DeviceOptions

  static let arguments = ArgumentSet<Self>(
    \.$recipe, \.$initial, \.$output, \.$resumes, \.$saveInterval, \.$log, \.$quiet, \.$data,
    \.$machine)

  func validate() throws(ValidationError) {
    if initial != nil, recipe.model != nil {
      throw ValidationError("--init brings its own model; leave out --model")
    }
  }

  func run() throws {
    let start = try initial.map { try TrainedModel(contentsOf: $0) }
    var recipe = try recipe.complete(data)
    let model = try start?.model ?? ModelCatalog.model(recipe.model)
    // A given checkpoint brings its own model, whatever the recipe says.
    if start != nil { recipe.model = model.name }
    let device = try machine.device()
    let pair = try data.load(recipe.dataset, limit: recipe.limit)
    try model.check(fits: pair.training)
    let files = files(recipe, model, start: start, dataset: pair.training.identity())
    try files.check()
    let saved = resumes ? try files.savedState() : nil

    let display = TrainingDisplay(
      heading: heading(recipe, model, pair.training), epochs: recipe.epochs, isQuiet: quiet)
    Interrupt.watch()
    var writtenEpoch = saved?.best?.epoch
    let result: Trainer.Result?
    do {
      defer { display.clearLine() }
      result = try Trainer(recipe: recipe, model: model, device: device).run(
        on: pair.training, initial: start?.parameters, resuming: saved,
        observer: Trainer.Observer(
          onEvent: { display.show($0) },
          onBest: {
            try files.writeBest($0)
            writtenEpoch = $0.best.epoch
          },
          onState: { try files.writeState($0) }, saveInterval: saveInterval,
          shouldStop: { Interrupt.isRequested }))
    } catch let error as TrainingError {
      guard let writtenEpoch else { throw error }
      throw Failure(
        Failure(describing: error).status,
        "\(error); \(files.output.path) holds the best epoch so far (\(writtenEpoch))")
    }
    if Interrupt.isRequested {
      let best = result.map {
        "; \(files.output.path) holds the best epoch so far (\($0.best.epoch))"
      }
      throw Failure(.interrupted, "interrupted\(best ?? ""); --resume goes on")
    }
    guard let result else { preconditionFailure("train: no epoch, and no reason") }
    try files.writeEnd(result)
    if !quiet {
      let trained = files.trained(result.best, result.history)
      Terminal.printLine(try summary(trained, on: pair.test, recipe, device))
      Terminal.printLine("wrote \(files.output.path) (epoch \(result.best.epoch))")
    }
    if let failure = result.failure {
      throw Failure(
        .collapsed,
        "the training collapsed in epoch \(failure.epoch): \(failure.message); "
          + "\(files.output.path) holds the best epoch (\(result.best.epoch))")
    }
  }

  private func files(
    _ recipe: Recipe, _ model: Model, start: TrainedModel?, dataset: DatasetIdentity
  ) -> TrainingFiles {
    let output = OutputFile(
      path: self.output
        ?? (recipe.objective.isAdversarial
          ? "checkpoints/hardened.safetensors" : "checkpoints/baseline.safetensors"),
      createsDirectory: self.output == nil)
    return TrainingFiles(
      output: output, log: log, model: model.parameters.map(\.name),
      identity: RunFile.Identity(
        recipe: recipe.configuration, model: model.specification.configuration,
        dataset: dataset.digest, initial: start?.digest)
    ) { weights, history in
      TrainedModel(
        model: model, parameters: weights.parameters,
        record: TrainingRecord(
          recipe: recipe.configuration, epoch: weights.epoch,
          trainedOn: (start?.record.trainedOn ?? []) + [dataset], initialDigest: start?.digest),
        history: Trainer.configuration(of: history), seed: recipe.seed)
    }
  }

  private func heading(_ recipe: Recipe, _ model: Model, _ dataset: Dataset) -> String {
    let adversary = recipe.adversary
    let objective = recipe.objective
    let settings = objective.configuration.sorted { $0.key < $1.key }
      .map { ", \($0.key) \($0.value.text)" }.joined()
    let kind =
      objective.isAdversarial
      ? "\(type(of: objective).name)\(settings), \(adversary.plan.name) at ε \(adversary.epsilon)"
      : "clean examples only"
    return
      "\(model.name) (\(model.parameterCount.grouped) parameters) on \(dataset.name), \(kind), "
      + "seed \(recipe.seed)"
  }

  /// The delivered weights on the test split.
  private func summary(
    _ trained: TrainedModel, on test: Dataset, _ recipe: Recipe, _ device: Device
  ) throws -> String {
    let epsilon = recipe.adversary.epsilon
    let probe = recipe.objective.isAdversarial ? recipe.guarding.probe : AttackPlan(FGSM())
    var evaluator = Evaluator(
      suite: AttackSuite([probe]), threats: [ThreatModel(epsilon: epsilon)], device: device)
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
        "test split: clean \(text(figures.clean)), under \(probe.name) at ε \(epsilon) "
          + text(figures.robust[0].accuracy)
      ] + report.findings.map { "note: \($0.message)" })
      .joined(separator: "\n")
  }
}
