internal import ArgumentParsing
internal import Testing

@Suite struct ParsingTests {
  @Test func defaults() throws {
    let command = try paint()
    #expect(command.picture == "sunset")
    #expect(command.title == "Evening")
    #expect(command.canvases == [])
    #expect(command.colour == .red)
    #expect(command.note == nil)
    #expect(command.layers == [])
    #expect(command.offset == nil)
    #expect(command.opacity == 1)
    #expect(command.stroke.seed == 0)
    #expect(command.stroke.strokeWidth == 0.5)
    #expect(!command.quiet && !command.verbose)
  }

  @Test func everything() throws {
    let command = try paint(
      "--colour", "blue", "--note=on the back", "-l", "3", "--copies", "7", "--offset", "2.5",
      "--opacity", "50%", "--medium", "ink", "--stroke-width", "9", "-s", "18446744073709551615",
      "-q", "first", "second")
    #expect(command.colour == .blue)
    #expect(command.note == "on the back")
    #expect(command.layers == [3])
    #expect(command.copies == 7)
    #expect(command.offset == 2.5)
    #expect(command.opacity == 0.5)
    #expect(command.medium == "ink")
    #expect(command.stroke.strokeWidth == 9)
    #expect(command.stroke.seed == .max)
    #expect(command.quiet)
    #expect(command.canvases == ["first", "second"])
  }

  @Test(arguments: ["x", "a=b", "=", "é", "a b", "1/255", "-1", "-.5", "-"])
  func bothWaysToGiveAValue(_ value: String) throws {
    #expect(try paint("--note", value).note == value)
    #expect(try paint("--note=\(value)").note == value)
  }

  @Test(arguments: ["--quiet", "--", "-q"])
  func joinedValueMayLookLikeAName(_ value: String) throws {
    #expect(try paint("--note=\(value)").note == value)
  }

  @Test func emptyValue() throws {
    #expect(try paint("--note", "").note == "")
  }

  @Test(arguments: ["-1", "-0.5", "-.5", "-1e-3", "-0x1p-2"])
  func negativeNumbers(_ text: String) throws {
    #expect(try paint("--offset", text).offset == Double(text))
    #expect(try paint(text).canvases == [text])
  }

  @Test func lastOneWins() throws {
    #expect(try paint("--title", "Morning").title == "Morning")
    #expect(try paint("--note", "a", "--note", "b").note == "b")
    #expect(try paint("-q", "--quiet").quiet)
    #expect(throws: UsageError.self) { try paint("--copies", "no", "--copies", "2") }
  }

  @Test func repeatedOption() throws {
    #expect(try paint("-l", "3", "--layer=-1", "--layer", "3", "-l=4").layers == [3, -1, 3, 4])
    let clean = try #require(
      try Brush.parsed(["clean", "a", "-w", "1", "b", "-w", "2"], as: Clean.self))
    #expect(clean.brushes == ["a", "b"])
    #expect(clean.water == [1, 2])
  }

  @Test(arguments: [["-ql", "3"], ["-ql=3"], ["-q", "-l=3"], ["-l", "3", "-q"]])
  func joinedShortNames(_ words: [String]) throws {
    let words = ["paint", "sunset", "--title", "Evening"] + words
    let command = try #require(try Brush.parsed(words, as: Paint.self))
    #expect(command.quiet && !command.verbose)
    #expect(command.layers == [3])
  }

  @Test func terminator() throws {
    let words = ["--quiet", "--title", "x", "--", "-", "-q"]
    let all = ["paint", "--title", "Evening", "--"] + words
    let command = try #require(try Brush.parsed(all, as: Paint.self))
    #expect(command.picture == "--quiet")
    #expect(command.canvases == Array(words.dropFirst()))
    #expect(command.title == "Evening")
    #expect(!command.quiet)
  }

  /// Options may stand anywhere: the order counts only within one argument.
  @Test func order() throws {
    let parts = [["sunset"], ["--title", "Evening"], ["-q"], ["-l", "-3"], ["--note=n"]]
    for parts in permutations(parts) {
      let words = ["paint"] + parts.flatMap { $0 }
      let command = try #require(try Brush.parsed(words, as: Paint.self))
      #expect(command.picture == "sunset" && command.canvases == [], "\(words)")
      #expect(command.title == "Evening" && command.quiet, "\(words)")
      #expect(command.layers == [-3] && command.note == "n", "\(words)")
    }
  }

  @Test func nestedCommand() throws {
    let words = ["palette", "show", "green", "3"]
    let show = try #require(try Brush.parsed(words, as: Palette.Show.self))
    #expect(show.colour == .green)
    #expect(show.count == 3)
  }

  @Test func rootThatRuns() throws {
    let clean = try #require(try Clean.parsed(["help", "-w", "1"], as: Clean.self))
    #expect(clean.brushes == ["help"])
  }

  /// The default that help shows is what one would type for it.
  @Test func shownDefaultsParse() throws {
    for definition in Paint.arguments.definitions where !definition.defaultDescription.isEmpty {
      let name = try #require(definition.longName)
      let command = try paint("\(name)=\(definition.defaultDescription)")
      let usual = try paint()
      #expect(command.colour == usual.colour && command.medium == usual.medium)
      #expect(command.opacity == usual.opacity && command.stroke.seed == usual.stroke.seed)
      #expect(command.stroke.strokeWidth == usual.stroke.strokeWidth)
    }
  }

  private func permutations<T>(_ items: [T]) -> [[T]] {
    guard items.count > 1 else { return [items] }
    return items.indices.flatMap { place in
      let rest = items[..<place] + items[(place + 1)...]
      return permutations(Array(rest)).map { [items[place]] + $0 }
    }
  }
}
