/// A command that only holds other commands. Without a subcommand it shows its help.
///
///     enum Brush: CommandGroup {
///       static let configuration = CommandConfiguration(
///         commandName: "brush", abstract: "Paint pictures on canvases.", version: "2.1.0")
///       static let subcommands: [any Command.Type] = [Paint.self, Palette.self]
///     }
public protocol CommandGroup: Command {
  /// The commands below this one, in the order of its help.
  static var subcommands: [any Command.Type] { get }
}
