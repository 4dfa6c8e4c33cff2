internal import ArgumentParsing

struct AttackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attack", abstract: "Turn one image into an adversarial example and draw it.")
  static let arguments = ArgumentSet<Self>()
  func run() throws {}
}
