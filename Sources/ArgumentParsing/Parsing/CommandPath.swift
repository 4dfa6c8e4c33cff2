/// A command and the way to it from the root of the tool.
struct CommandPath {
  private let root: any Command.Type
  private(set) var current: any Command.Type
  private(set) var names: [String]

  init(root: any Command.Type) {
    Self.check(root, reserved: ["help"])
    self.root = root
    current = root
    names = [root.configuration.commandName]
  }

  /// The command as typed, such as `brush paint`.
  var name: String { names.joined(separator: " ") }

  /// The version of the tool; empty where it tells none.
  var version: String { root.configuration.version }

  /// The flags that every command of the tool has, in the order of its help.
  var builtins: [ArgumentDefinition] {
    version.isEmpty ? [.showHelp] : [.showVersion, .showHelp]
  }

  var subcommands: [any Command.Type] {
    (current as? any CommandGroup.Type)?.subcommands ?? []
  }

  /// The arguments that the command itself declares.
  var definitions: [ArgumentDefinition] {
    (current as? any ParsableCommand.Type)?.definitions ?? []
  }

  func appending(_ subcommand: any Command.Type) -> Self {
    Self.check(subcommand, reserved: [])
    var path = self
    path.current = subcommand
    path.names.append(subcommand.configuration.commandName)
    return path
  }

  /// Traps on a command that could be neither run nor opened, and on subcommands that could not be
  /// told apart.
  private static func check(_ command: any Command.Type, reserved: Set<String>) {
    let group = command as? any CommandGroup.Type
    precondition(
      (group == nil) != (command as? any ParsableCommand.Type == nil),
      "\(command) has to conform to one of ParsableCommand and CommandGroup")
    var names = reserved
    for subcommand in group?.subcommands ?? [] {
      let name = subcommand.configuration.commandName
      precondition(names.insert(name).inserted, "\(command) cannot have another '\(name)'")
    }
  }
}
