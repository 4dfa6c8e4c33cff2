internal import ArgumentParsing
internal import Attacks
internal import Checkpoints
internal import Datasets
internal import Evaluation
internal import Foundation
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
      """)

  @Argument("checkpoint", help: "The files to compare, the baseline first.")
  var paths: [String] = []

  @Option(
    "eps", as: .standard,
    help: "ε: the largest change of a pixel in 0…1, or a list such as 0,0.05,8/255.")
  var epsilons = EpsilonList(values: [0.1])

  @Option("attack", valueName: "name", as: .oneOf(AttackCatalog.names), help: "The attack.")
  var attack = FGSM.name

  @Flag("transfer", help: "Also try the examples made on each checkpoint on all others.")
  var transfer: Bool

  @Option("json", valueName: "file", help: "Write the report as JSON; - is standard output.")
  var json: String?

  @Flag("quiet", abbreviation: "q", help: "Print nothing but errors.")
  var quiet: Bool

  @OptionGroup(title: "Data options") var data: DataOptions
  @OptionGroup(title: "Machine options") var machine: DeviceOptions

  static let arguments = ArgumentSet<Self>(
    \.$paths, \.$epsilons, \.$attack, \.$transfer, \.$json, \.$quiet, \.$data, \.$machine)

  static let defaultPaths = [
    "checkpoints/baseline.safetensors", "checkpoints/hardened.safetensors",
  ]

  func validate() throws(ValidationError) {
    if transfer, paths.count == 1 {
      throw ValidationError("--transfer needs a second checkpoint to try the examples on")
    }
    if let twice = paths.first(where: { path in paths.count { $0 == path } > 1 }) {
      throw ValidationError("the checkpoint '\(twice)' is given twice")
    }
  }

  func run() throws {
    let paths = paths.isEmpty ? Self.defaultPaths : paths
    if self.paths.isEmpty { try checkDefaults() }
    let json = json.map { ReportFile(path: $0) }
    try json?.check()
    let models = try paths.map { (path: $0, trained: try TrainedModel(contentsOf: $0)) }
    let name = try data.name(otherwise: models[0].trained.record.trainedOn.last?.name)
    let test = try data.loadTest(name)
    for (path, trained) in models {
      do {
        try trained.model.check(fits: test)
      } catch {
        throw Failure(.badData, "'\(path)': \(error)")
      }
    }
    let evaluator = Evaluator(
      attacks: [AttackCatalog.attack(named: attack)!], threats: epsilons.threats,
      includesTransfer: transfer, device: try machine.device())
    let isShowing = Terminal.isError && !quiet
    let report = evaluator.evaluate(
      models.map { EvaluationSubject($0.trained, path: $0.path) }, on: test
    ) { share in
      if isShowing { Terminal.showShare(share, of: "evaluating") }
    }
    if isShowing { Terminal.clearShare() }
    try json?.write(JSONReport(report).text)
    if !quiet, json?.isStandardOutput != true {
      Terminal.printLine(TextReport(report, style: Terminal.style).text)
    }
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
