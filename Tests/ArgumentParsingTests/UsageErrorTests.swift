internal import ArgumentParsing
internal import TestSupport
internal import Testing

@Suite struct UsageErrorTests {
  static let mistakes = [
    "pant", "zzz", "-1", "--hlp", "--verbose paint", "--help=yes", "help pant", "help paint sunset",
    "palette shw", "palette show help green", "palette --show",
    "paint", "paint sunset", "clean", "clean -w 1", "clean pointed",
    "paint sunset --titel Evening", "paint sunset --stroke 3", "paint sunset --zzz=3",
    "paint sunset --=3", "paint sunset -z", "paint sunset -qz", "paint sunset ---quiet",
    "paint sunset --title", "paint sunset --title=", "paint sunset --title --quiet",
    "paint sunset --title -- Evening", "paint sunset -l", "paint sunset -l3", "paint sunset -ql",
    "paint sunset -lq", "paint sunset --quiet=yes", "paint sunset -q=yes", "paint sunset -qv=",
    "paint sunset --title Evening --colour purple", "paint sunset --title Evening --medium chalk",
    "paint sunset --title Evening --layer one", "paint sunset --title Evening -l 1 -l= ",
    "paint sunset --title Evening -l x", "paint sunset --title Evening --copies 0",
    "paint sunset --title Evening --stroke-width 10",
    "paint sunset --title Evening --stroke-width wide", "paint sunset --title Evening --plain 2.5",
    "paint sunset --title Evening --offset nan", "paint sunset --title Evening --opacity 50",
    "paint sunset --title Evening --opacity much%", "paint sunset --title Evening --seed -1",
    "paint sunset --title Evening -qv",
    "palette show purple", "palette show red many", "palette show red 1 2",
    "palette show red 1 2 3",
  ]

  @Test func messages() throws {
    let transcript = Self.mistakes.map { line in
      let words = line.split(separator: " ").map(String.init)
      do throws(UsageError) {
        return "$ brush \(line)\nno error: \(try Brush.parse(words))\n"
      } catch {
        return "$ brush \(line)\n\(error.fullMessage)\n"
      }
    }
    #expect(!transcript.contains { $0.contains("no error") })
    try expectSnapshot(transcript.joined(separator: "\n") + "\n", named: "errors.txt")
  }

  @Test(arguments: mistakes)
  func descriptionsAreOneLine(_ line: String) throws {
    let error = try #require(throws: UsageError.self) {
      try Brush.parse(line.split(separator: " ").map(String.init))
    }
    #expect(!error.description.contains("\n"))
    #expect(error.fullMessage.hasPrefix("Error: \(error)\n"))
  }

  @Test func values() throws {
    let error = try #require(throws: UsageError.self) { try Brush.parse(["paint", "--colr"]) }
    #expect(error.error == .unknownOption("--colr", suggestion: "--colour"))
    #expect(error.command == "brush paint")
    #expect(UsageError.exitCode == 64)
  }

  @Test func emptyWords() {
    #expect(throws: UsageError.self) { try Brush.parse([""]) }
    #expect(throws: UsageError.self) { try paint("--layer", "") }
  }
}
