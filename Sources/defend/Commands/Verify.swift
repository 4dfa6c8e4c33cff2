internal import ArgumentParsing
internal import Attacks
internal import Datasets
internal import Evaluation
internal import Foundation
internal import Reporting
internal import TrainedModels

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check adversarial images again, without attacking.",
    discussion: """
      Every image that 'defend eval --witnesses' wrote for this checkpoint is looked at afresh: in \
      the ball around its original, in the range of pixels, and seen as the wrong class that was \
      claimed, by a model that is right about the original. The exit status is 0 if all claims \
      hold, 1 if one does not.
      """)

  @Argument("witnesses", help: "The file of 'defend eval --witnesses'.")
  var witnesses: String

  @Argument("checkpoint", help: "One of the checkpoints that were evaluated.")
  var checkpoint: String

  @OptionGroup(title: "Data options") var data: DataOptions
  @OptionGroup(title: "Machine options") var machine: DeviceOptions

  static let arguments = ArgumentSet<Self>(\.$witnesses, \.$checkpoint, \.$data, \.$machine)

  func run() throws {
    let file = try WitnessFile(contentsOf: witnesses)
    let trained = try TrainedModel(contentsOf: checkpoint)
    let test = try data.loadTest(data.name(otherwise: file.dataset.name))
      .prefix(file.dataset.count)
    try trained.model.check(fits: test)
    let check = try WitnessCheck(
      file, on: EvaluationSubject(trained, path: checkpoint), digest: trained.digest ?? "",
      dataset: test, device: try machine.device())
    Terminal.printLine(
      "\(checkpoint) on \(test.count.grouped) test images of \(test.name), \(file.norm.rawValue)\n")
    var table = TextTable(
      columns: [.trailing, .trailing, .trailing, .trailing, .trailing, .trailing])
    table.addRow(["ε", "claims", "hold", "wrong before", "not allowed", "not fooled"])
    table.addRule()
    for entry in check.entries {
      table.addRow(
        [
          EpsilonFormat.text(entry.epsilon), entry.claims.grouped, entry.holding.grouped,
          entry.notClean.grouped, entry.notAllowed.grouped, entry.notSeen.grouped,
        ].map { TextTable.Cell($0) })
    }
    Terminal.printLine(table.text())
    Terminal.printLine(check.holds ? "all claims hold" : "not all claims hold")
    if !check.holds { exit(1) }
  }
}
