internal import ArgumentParsing
internal import TestSupport
internal import Testing

@Suite struct HelpTests {
  @Test(arguments: [
    ["--help"], ["paint", "--help"], ["clean", "--help"], ["palette", "--help"],
    ["palette", "show", "--help"],
  ])
  func layout(_ words: [String]) throws {
    let name = (["brush"] + words.dropLast()).joined(separator: "-")
    try expectSnapshot(try help(words) + "\n", named: "help-\(name).txt")
  }

  @Test(arguments: [1, 60, 100])
  func widths(_ width: Int) throws {
    try expectSnapshot(
      try help(["paint", "--help"], width: width) + "\n",
      named: "help-brush-paint-\(width).txt")
  }

  @Test(
    arguments: [
      ([], ["--help"]), (["-h"], ["--help"]), (["help"], ["--help"]), (["--"], ["--help"]),
      (["help", "--help"], ["--help"]), (["--help", "paint"], ["--help"]),
      (["help", "paint"], ["paint", "-h"]), (["help", "paint", "-h"], ["paint", "-h"]),
      (["palette"], ["palette", "--help"]), (["help", "palette"], ["palette", "--help"]),
      (["help", "palette", "show"], ["palette", "show", "--help"]),
      (["paint", "-help"], ["paint", "-h"]), (["paint", "-qh"], ["paint", "-h"]),
      (["paint", "--unknown", "--title", "--help"], ["paint", "-h"]),
      (["paint", "--version", "--help"], ["paint", "-h"]),
    ] as [([String], [String])])
  func waysToAsk(_ words: [String], sameAs others: [String]) throws {
    #expect(try help(words) == help(others))
  }

  @Test func rootAlone() throws {
    #expect(try Brush.helpMessage(width: 60) == help([], width: 60))
    guard case .help(let text) = try Palette.parse([]) else {
      Issue.record("no help")
      return
    }
    #expect(text.contains("USAGE: palette <subcommand>"))
    #expect(!text.contains("--version"))
    #expect(throws: UsageError.self) { try Palette.parse(["--version"]) }
  }

  @Test(arguments: [
    ["--version"], ["--version", "paint"], ["paint", "--version"], ["palette", "--version"],
    ["help", "paint", "--version"],
  ])
  func version(_ words: [String]) throws {
    guard case .version(let version) = try Brush.parse(words) else {
      Issue.record("no version")
      return
    }
    #expect(version == "2.1.0")
  }

  @Test func afterTheTerminatorNothingAsks() throws {
    let command = try paint("--", "--help", "--version", "-h")
    #expect(command.canvases == ["--help", "--version", "-h"])
  }

  private func help(_ words: [String], width: Int = 80) throws -> String {
    guard case .help(let text) = try Brush.parse(words, width: width) else {
      Issue.record("no help for \(words)")
      return ""
    }
    return text
  }
}
