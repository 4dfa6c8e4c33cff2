/// A command that runs.
///
/// Every argument is declared once, on the property that receives it:
///
///     struct Paint: ParsableCommand {
///       static let configuration = CommandConfiguration(
///         commandName: "paint", abstract: "Paint a picture.")
///
///       @Argument("picture", help: "The picture to paint.")
///       var picture: String
///
///       @Option("stroke-width", valueName: "mm", as: .range(0...9), help: "How wide a stroke is.")
///       var strokeWidth = 0.5
///
///       @Flag("quiet", abbreviation: "q", help: "Print nothing but errors.")
///       var quiet: Bool
///
///       static let arguments = ArgumentSet<Self>(\.$picture, \.$strokeWidth, \.$quiet)
///
///       func run() throws { … }
///     }
public protocol ParsableCommand: Command, ParsableArguments {
  /// Does the command's work. The caller of `parse(_:width:)` calls it.
  func run() throws
}
