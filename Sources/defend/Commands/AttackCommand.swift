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

struct AttackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attack",
    abstract: "Turn one image into an adversarial example and draw it.",
    discussion: """
      The image is one of the test split. Without a target the attack leads away from the true \
      class; with one, towards the target.
      """)

  @Option("checkpoint", valueName: "file", help: "The model to attack.")
  var checkpoint = Eval.defaultPaths[0]

  @Option("index", valueName: "n", as: .range(0...), help: "The image's place in the test split.")
  var index = 0

  @Option(
    "eps", as: .epsilon, help: "ε: the largest change of a pixel in 0…1, such as 0.1 or 8/255.")
  var epsilon = 0.1

  @Option("target", valueName: "class", help: "The class to attack towards, by its name or number.")
  var target: String?

  @Option(
    "attack", valueName: "name", as: .standard,
    help: "The attack, with settings as in pgd:steps=40; see 'defend eval --help'.")
  var attack = PlanArgument.fgsm

  @Option("norm", as: .standard, help: "What ε measures.")
  var norm = Norm.linf

  @Option("seed", valueName: "n", as: .range(0...), help: "Of the attack's random numbers.")
  var seed = 0

  @Option("save", valueName: "dir", help: "Write the three pictures as PNG files into a directory.")
  var directory: String?

  @OptionGroup(title: "Data options") var data: DataOptions
  @OptionGroup(title: "Machine options") var machine: DeviceOptions

  static let arguments = ArgumentSet<Self>(
    \.$checkpoint, \.$index, \.$epsilon, \.$target, \.$attack, \.$norm, \.$seed, \.$directory,
    \.$data, \.$machine)

  func validate() throws(ValidationError) {
    try EpsilonFormat.check([epsilon], norm: norm)
  }

  func run() throws {
    let trained = try TrainedModel(contentsOf: checkpoint)
    let name = try data.name(otherwise: trained.record.trainedOn.last?.name)
    let test = try data.loadTest(name)
    try trained.model.check(fits: test)
    guard index < test.count else {
      throw Failure(.usage, "--index \(index) is beyond the \(test.count.grouped) test images")
    }
    let label = test.labels[index]
    let target = try wantedClass(test)
    if target == label {
      throw Failure(
        .usage, "--target \(test.classNames[Int(label)]) is the image's true class already")
    }
    let threat = ThreatModel(epsilon: epsilon, norm: norm)
    let variables = EvaluationSubject(trained, path: checkpoint).variables
    let device = try machine.device()
    let runner = AttackRunner(
      attack.plan.attack, isTargeted: target != nil, norm: norm, model: trained.model,
      variables: variables, capacity: 1, device: device)
    let task = AttackRunner.Task(
      example: index, label: label, target: target ?? 0, epsilon: Float(epsilon))
    var image: [Float] = []
    // Towards a class the first wrong answer is not the end.
    runner.run(
      [task], on: test, key: RandomKey(seed: UInt64(seed)), stopsEarly: target == nil
    ) { image = Array($0.images) }
    let result = SingleAttack(
      image, index: index, of: test, target: target, threat: threat,
      classifier: Classifier(
        model: trained.model, variables: variables, capacity: 1, device: device))
    Terminal.printLine(
      result.heading(
        checkpoint: checkpoint, index: index, attack: attack.plan.name, epsilon: epsilon))
    Terminal.printLine(
      TerminalPicture(result.panels, columns: Terminal.columns).text(style: Terminal.style))
    Terminal.printLine(result.figures)
    if let directory {
      let files = try result.save(to: directory)
      Terminal.printLine("wrote \(files.joined(separator: ", "))")
    }
  }

  /// The target by its name, or by its number.
  private func wantedClass(_ dataset: Dataset) throws -> Int32? {
    guard let target else { return nil }
    if let index = dataset.classNames.firstIndex(of: target) { return Int32(index) }
    if let index = Int(target), dataset.classNames.indices.contains(index) { return Int32(index) }
    throw Failure(
      .usage,
      "--target '\(target)' is no class of \(dataset.name); there are "
        + dataset.classNames.joined(separator: ", "))
  }
}
