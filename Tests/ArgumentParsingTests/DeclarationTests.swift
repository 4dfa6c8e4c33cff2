internal import ArgumentParsing
internal import Testing

@Suite struct DeclarationTests {
  @Test func definitions() throws {
    let definitions = Paint.arguments.definitions
    #expect(definitions.map(\.name).prefix(4) == ["picture", "canvases", "title", "colour"])
    #expect(definitions.filter(\.isRequired).map(\.name) == ["picture", "title"])
    #expect(definitions.filter(\.isRepeating).map(\.name) == ["canvases", "layer"])
    #expect(
      definitions.filter { $0.section == "Stroke options" }.map(\.longName)
        == ["--seed", "--stroke-width"])
    let colour = try #require(definitions.first { $0.name == "colour" })
    #expect(colour.values == ["red", "green", "blue"])
    #expect(colour.defaultDescription == "red")
    let seed = try #require(definitions.first { $0.name == "seed" })
    #expect(seed.shortName == "-s")
  }

  @Test func assignedValuesCanBeRead() {
    var options = StrokeOptions()
    options.seed = 3
    options.strokeWidth = 1
    #expect(options.seed == 3)
    #expect(options.strokeWidth == 1)
  }

  @Test func unparsedValueTraps() async {
    await #expect(processExitsWith: .failure) { _ = StrokeOptions().seed }
    await #expect(processExitsWith: .failure) { _ = Paint().quiet }
  }

  @Test func forgottenDeclarationTraps() async {
    struct Forgetful: ParsableCommand {
      static let configuration = CommandConfiguration(commandName: "forgetful")
      @Option("kept") var kept = 1
      @Option("forgotten") var forgotten = 1
      static let arguments = ArgumentSet<Self>(\.$kept)
      func run() {}
    }
    await #expect(processExitsWith: .success) {
      guard try Forgetful.parsed([], as: Forgetful.self)?.kept == 1 else { fatalError() }
    }
    await #expect(processExitsWith: .failure) {
      _ = try Forgetful.parsed([], as: Forgetful.self)?.forgotten
    }
  }

  @Test func nameDeclaredTwiceTraps() async {
    struct Twice: ParsableArguments {
      @Option("size") var size = 1
      @Flag("size") var isSized: Bool
      static let arguments = ArgumentSet<Self>(\.$size, \.$isSized)
    }
    await #expect(processExitsWith: .failure) { _ = Twice.arguments.definitions }
  }

  @Test func abbreviationDeclaredTwiceTraps() async {
    struct Twice: ParsableArguments {
      @Option("size", abbreviation: "s") var size = 1
      @Flag("small", abbreviation: "s") var isSmall: Bool
      static let arguments = ArgumentSet<Self>(\.$size, \.$isSmall)
    }
    await #expect(processExitsWith: .failure) { _ = Twice.arguments.definitions }
  }

  @Test func reservedNameTraps() async {
    struct Reserved: ParsableArguments {
      @Option("height", abbreviation: "h") var height = 1
      static let arguments = ArgumentSet<Self>(\.$height)
    }
    await #expect(processExitsWith: .failure) { _ = Reserved.arguments.definitions }
  }

  @Test func unreachableArgumentTraps() async {
    struct Unreachable: ParsableArguments {
      @Argument("some") var some: [Int]
      @Argument("last") var last: Int
      static let arguments = ArgumentSet<Self>(\.$some, \.$last)
    }
    await #expect(processExitsWith: .failure) { _ = Unreachable.arguments.definitions }
  }

  @Test func badCommandsTrap() async {
    enum Neither: Command {
      static let configuration = CommandConfiguration(commandName: "neither")
    }
    enum Doubled: CommandGroup {
      static let configuration = CommandConfiguration(commandName: "doubled")
      static let subcommands: [any Command.Type] = [Clean.self, Palette.self, Clean.self]
    }
    await #expect(processExitsWith: .failure) { _ = try Neither.parse([]) }
    await #expect(processExitsWith: .failure) { _ = try Doubled.parse([]) }
    await #expect(processExitsWith: .failure) { _ = CommandConfiguration(commandName: "-x") }
  }

  @Test func badNamesTrap() async {
    await #expect(processExitsWith: .failure) { _ = Flag("--quiet") }
    await #expect(processExitsWith: .failure) { _ = Flag("quiet", abbreviation: "1") }
  }
}
