internal import ArgumentParsing
internal import Foundation

/// The tool: its subcommands, one file each in `Commands/`.
enum Defend: CommandGroup {
  static let version = "0.1.0"
  static let generator = "defend \(version)"

  static let configuration = CommandConfiguration(
    commandName: "defend",
    abstract: "Harden image classifiers by adversarial training, and show what it bought.",
    discussion: """
      'defend train' mixes clean batches with adversarial examples made on the fly from the current \
      model. 'defend eval' attacks checkpoints and compares them on the same examples. \
      'defend attack' turns one image into an adversarial example and draws it.
      """,
    version: version)

  static let subcommands: [any Command.Type] = [
    Train.self, Eval.self, Verify.self, Inspect.self, AttackCommand.self, Bench.self,
  ]
}

@main
enum Main {
  static func main() {
    do throws(UsageError) {
      switch try Defend.parse(CommandLine.arguments.dropFirst(), width: Terminal.columns) {
      case .run(let command): run(command)
      case .help(let text), .version(let text): Terminal.printLine(text)
      }
    } catch {
      Terminal.printError(error.fullMessage)
      exit(UsageError.exitCode)
    }
  }

  private static func run(_ command: any ParsableCommand) {
    do {
      try command.run()
    } catch let failure as Failure {
      if !failure.message.isEmpty { Terminal.printError("Error: \(failure.message)") }
      exit(failure.status.rawValue)
    } catch {
      let failure = Failure(describing: error)
      Terminal.printError("Error: \(failure.message)")
      exit(failure.status.rawValue)
    }
  }
}
