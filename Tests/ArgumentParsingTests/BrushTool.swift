internal import ArgumentParsing
internal import Testing

/// The tool that the tests call: every kind of declaration at least once.
enum Brush: CommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "brush",
    abstract: "Paint pictures on canvases.",
    discussion: """
      A brush paints what it is told to, and this paragraph goes on for long enough to be broken \
      at the margin of eighty columns.

      Every second line of a discussion may be indented:
        brush paint sunset --title Evening
      """,
    version: "2.1.0")
  static let subcommands: [any Command.Type] = [Paint.self, Clean.self, Palette.self]
}

enum Colour: String, CaseIterable, ExpressibleByArgument {
  case red, green, blue
}

struct StrokeOptions: ParsableArguments {
  @Option("seed", abbreviation: "s", help: "The seed of the random strokes.")
  var seed: UInt64 = 0
  @Option(
    "stroke-width", valueName: "mm", as: .range(0...9), help: "How wide a stroke is.",
    discussion: """
      Strokes that are wider than the canvas are cut at its edge, which is why this text is long.
      """)
  var strokeWidth = 0.5

  static let arguments = ArgumentSet<Self>(\.$seed, \.$strokeWidth)
}

struct Paint: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "paint", abstract: "Paint a picture.", discussion: "The brush has to be clean.")

  @Argument("picture", help: "The picture to paint.")
  var picture: String
  @Argument("canvases", help: "The canvases to paint it on.")
  var canvases: [String] = []
  @Option("title", help: "What the picture is called.")
  var title: String
  @Option("colour", help: "The colour to begin with.")
  var colour = Colour.red
  @Option(
    "note", help: "A note on the back, whose description is so long that it has to be broken.")
  var note: String?
  @Option("layer", abbreviation: "l", help: "A layer; can be given several times.")
  var layers: [Int] = []
  @Option("copies", as: .range(1...), help: "How often to paint it.")
  var copies = 1
  @Option("offset", help: "How far to the right.")
  var offset: Double?
  @Option("opacity", as: .percentage, help: "How much shines through.")
  var opacity = 1.0
  @Option("medium", as: .oneOf(["oil", "ink"]), help: "What to paint with.")
  var medium = "oil"
  @Option("the-option-with-a-long-name", help: "A description on a line of its own.")
  var long = 2
  @Option("plain")
  var plain = 2
  @OptionGroup(title: "Stroke options")
  var stroke: StrokeOptions
  @Flag("quiet", abbreviation: "q", help: "Print nothing but errors.")
  var quiet: Bool
  @Flag("verbose", abbreviation: "v", help: "Print more.")
  var verbose: Bool

  static let arguments = ArgumentSet<Self>(
    \.$picture, \.$canvases, \.$title, \.$colour, \.$note, \.$layers, \.$copies, \.$offset,
    \.$opacity, \.$medium, \.$long, \.$plain, \.$stroke, \.$quiet, \.$verbose)

  func validate() throws(ValidationError) {
    if quiet && verbose {
      throw ValidationError("'--quiet' and '--verbose' exclude each other: give one of them.")
    }
  }

  func run() {}
}

extension ArgumentFormat<Double> {
  static let percentage = ArgumentFormat(
    write: { "\($0 * 100)%" },
    read: { text throws(ValidationError) in
      guard text.hasSuffix("%") else {
        throw ValidationError("'\(text)' is not a percentage such as '50%'")
      }
      return Double(text.dropLast()).map { $0 / 100 }
    })
}

struct Clean: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clean",
    abstract: "Clean brushes, which is described at such length that it has to be broken.")

  @Argument("brushes", help: "The brushes to clean.")
  var brushes: [String]
  @Option("water", abbreviation: "w", help: "A glass of water.")
  var water: [Int]

  static let arguments = ArgumentSet<Self>(\.$brushes, \.$water)

  func run() {}
}

enum Palette: CommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "palette", abstract: "Look after palettes.")
  static let subcommands: [any Command.Type] = [Show.self]

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show a palette.")

    @Argument("colour", help: "The colour to show.")
    var colour: Colour
    @Argument("count")
    var count: Int?

    static let arguments = ArgumentSet<Self>(\.$colour, \.$count)

    func run() {}
  }
}

extension Command {
  /// The command of the type `C` that a command line runs; `nil` where it runs none.
  static func parsed<C: ParsableCommand>(_ words: [String], as: C.Type) throws -> C? {
    guard case .run(let command) = try parse(words) else { return nil }
    return command as? C
  }
}

/// The command `brush paint` with the arguments that it needs and the given ones.
func paint(_ words: String...) throws -> Paint {
  try #require(try Brush.parsed(["paint", "sunset", "--title", "Evening"] + words, as: Paint.self))
}
