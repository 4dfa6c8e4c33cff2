internal import ArgumentParsing
internal import Attacks
internal import Autodiff
internal import Checkpoints
internal import Datasets
internal import Evaluation
internal import Foundation
internal import Networks
internal import Reporting
internal import TrainedModels

struct Eval: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Compare the robustness of checkpoints under the same attack.",
    discussion: """
      Every checkpoint is attacked white-box, on the same test images. The first is the baseline; \
      without any, checkpoints/baseline.safetensors and checkpoints/hardened.safetensors are \
      compared.

      With requirements the exit status is 0 when all are met, 1 when one is breached and 2 when \
      the images are too few to decide; 3 says that the evaluation itself is invalid. From 64 on \
      nothing was judged.
      """)

  @Argument("checkpoint", help: "The files to compare, the baseline first.")
  var paths: [String] = []

  @Option(
    "baseline", valueName: "files",
    help: "Several checkpoints of one recipe, joined by commas, instead of <checkpoint>.")
  var baseline: PathList?

  @Option(
    "candidate", valueName: "files",
    help: "Those of the recipe beside it: the verdict is then one on the recipes.")
  var candidate: PathList?

  @Option(
    "eps", as: .standard,
    help: "ε: the largest change of a pixel in 0…1, or a list such as 0,0.05,8/255.")
  var epsilons = EpsilonList(values: [0.1])

  @Option(
    "attack", valueName: "name", as: .standard,
    help: "A suite, or attacks joined by + with settings as in fgsm+pgd:steps=40,restarts=5.",
    discussion: AttackHelp.text)
  var attack = SuiteArgument.quick

  @Option("norm", as: .standard, help: "What ε measures.")
  var norm = Norm.linf

  @Option("seed", valueName: "n", as: .range(0...), help: "Of the attacks' random numbers.")
  var seed = 0

  @Flag("transfer", help: "Also try the examples made on each checkpoint on all others.")
  var transfer: Bool

  @OptionGroup(title: "Requirements") var gate: GateOptions
  @OptionGroup(title: "Report options") var output: ReportOptions
  @OptionGroup(title: "Evidence options") var evidence: EvidenceOptions
  @OptionGroup(title: "Data options") var data: DataOptions
  @OptionGroup(title: "Machine options") var machine: DeviceOptions

  static let arguments = ArgumentSet<Self>(
    \.$paths, \.$baseline, \.$candidate, \.$epsilons, \.$attack, \.$norm, \.$seed, \.$transfer,
    \.$gate, \.$output, \.$evidence, \.$data, \.$machine)

  static let defaultPaths = [
    "checkpoints/baseline.safetensors", "checkpoints/hardened.safetensors",
  ]

  func validate() throws(ValidationError) {
    try EpsilonFormat.check(epsilons.values, norm: norm)
    try output.checkDistinct(from: evidence.paths)
    if (baseline == nil) != (candidate == nil) {
      throw ValidationError("--baseline and --candidate go together; name both sides")
    }
    if baseline != nil, let path = paths.first {
      throw ValidationError(
        "'\(path)' is on no side; with --baseline and --candidate name every checkpoint there")
    }
    let all = allPaths
    if all.count == 1 {
      if transfer {
        throw ValidationError("--transfer needs a second checkpoint to try the examples on")
      }
      try gate.checkWithoutBaseline()
    }
    if let twice = all.first(where: { path in all.count { $0 == path } > 1 }) {
      throw ValidationError("the checkpoint '\(twice)' is given twice")
    }
  }

  /// The checkpoints in the report's order.
  private var allPaths: [String] {
    if let baseline, let candidate { return baseline.paths + candidate.paths }
    return paths.isEmpty ? Self.defaultPaths : paths
  }

  func run() throws {
    if paths.isEmpty, baseline == nil { try checkDefaults() }
    try output.check()
    try evidence.check()
    let models = try allPaths.map { (path: $0, trained: try TrainedModel(contentsOf: $0)) }
    let name = try data.name(otherwise: models[0].trained.record.trainedOn.last?.name)
    let device = try machine.device()
    let evaluator = evaluator(device, imageShape: models[0].trained.model.specification.input)
    // Unpacking images keeps one thread busy; programs are made meanwhile.
    let (test, subjects) = try device.sideBySide {
      let test = try data.loadTest(name)
      _ = test.digest()
      return test
    } _: {
      evaluator.prepare(models.map { EvaluationSubject($0.trained, path: $0.path) })
    }
    for (path, trained) in models {
      do {
        try trained.model.check(fits: test)
      } catch {
        throw Failure(.badData, "'\(path)': \(error)")
      }
    }
    let result = evaluate(subjects, on: test, evaluator)
    try evidence.write(
      result,
      digests: Dictionary(
        models.map { ($0.path, $0.trained.digest ?? "") }, uniquingKeysWith: { $1 }),
      imageShape: test.imageShape)
    try output.write(result.report)
    // The system takes all memory back at once.
    withExtendedLifetime((subjects, test)) { exit(result.report.exitCode) }
  }

  private func evaluator(_ device: Device, imageShape: [Int]) -> Evaluator {
    var evaluator = Evaluator(
      suite: attack.suite, threats: epsilons.threats(norm), batchSize: evidence.batchSize,
      device: device)
    evaluator.includesTransfer = transfer
    evaluator.requirements = gate.requirements
    evaluator.seed = UInt64(seed)
    evaluator.keepsOutcomes = evidence.keepsOutcomes
    evaluator.budget = evidence.budget?.budget
    if evidence.minimal {
      evaluator.search = RadiusSearch(
        attack.suite, norm: norm, limit: searchLimit(imageShape.reduce(1, *)))
    }
    return evaluator
  }

  private func evaluate(
    _ subjects: [PreparedSubject], on test: Dataset, _ evaluator: Evaluator
  ) -> EvaluationResult {
    let isShowing = Terminal.isError && !output.quiet
    defer { if isShowing { Terminal.clearShare() } }
    let progress: (Double) -> Void = { share in
      if isShowing { Terminal.showShare(share, of: "evaluating") }
    }
    guard let baseline else {
      return evaluator.evaluate(subjects, on: test, progress: progress)
    }
    let count = baseline.paths.count
    return evaluator.evaluate(
      baseline: Array(subjects[..<count]), candidate: Array(subjects[count...]), on: test,
      progress: progress)
  }

  /// The radius of a ball that holds an image of every class, whatever is in the middle.
  private func searchLimit(_ imageSize: Int) -> Double {
    norm == .linf ? 1 : Double(imageSize).squareRoot()
  }

  /// - Throws: a ``Failure`` that says how to make the default checkpoints where there are none.
  private func checkDefaults() throws {
    for path in Self.defaultPaths where !FileManager.default.fileExists(atPath: path) {
      throw Failure(
        .missingFile,
        "there is no file '\(path)'; name checkpoints, or make the two default ones with "
          + "'defend train --adv-ratio 0' and 'defend train --adv-ratio 0.5'")
    }
  }
}

extension EvaluationSubject {
  init(_ trained: TrainedModel, path: String) {
    self.init(
      path: path, model: trained.model, parameters: trained.parameters,
      trainedOn: trained.record.trainedOn)
  }
}
