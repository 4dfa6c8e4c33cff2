internal import Configurations
internal import Evaluation
internal import Foundation
internal import TestSupport
internal import Testing

/// The gate from end to end: what it exits with, and what it writes.
@Suite(.timeLimit(.minutes(2))) struct GateTests {
  private static let two = "eval tiny.safetensors hard.safetensors --data-dir tiny --eps 0.05 "

  /// A sandbox with a third model, `seen.safetensors`, trained on the test images.
  private static func sandbox() async throws -> Sandbox {
    let sandbox = try await Sandbox.withTinyModel()
    let training = try await sandbox.run(
      "train --data-dir tiny --model tiny.json --epochs 2 --batch-size 10 --limit 30 "
        + "--validation 0 --quiet --output seen.safetensors")
    #expect(training.status == 0)
    return sandbox
  }

  @Test(arguments: [
    ("", GateOutcome.pass, nil),
    ("--min-robust 80% --max-clean-drop 10 --require better", .pass, "better"),
    ("--min-robust 0.995 --eps 0.4", .breached, "--min-robust 99.5%"),
    ("--min-robust 0.95", .inconclusive, "--min-robust 95%"),
    ("--attack fgsm --min-robust 0.1 --inconclusive pass", .inconclusive, "--min-robust 10%"),
    ("--eps 0 --min-robust 0.1", .inconclusive, "nothing was attacked"),
    ("--min-robust 0.95 --inconclusive=pass", .pass, "--min-robust 95%"),
  ])
  func outcomes(_ options: String, outcome: GateOutcome, words: String?) async throws {
    let sandbox = try await Sandbox.withTinyModel()
    try await expect(outcome, words, Self.two + options, in: sandbox)
  }

  @Test func anInvalidEvaluation() async throws {
    let sandbox = try await Self.sandbox()
    let line = "eval tiny.safetensors seen.safetensors --data-dir tiny "
    try await expect(.invalid, "trained-on-test-data", line, in: sandbox)
    try await expect(
      .invalid, "trained-on-test-data", line + "--min-robust 0.1 --inconclusive=pass", in: sandbox)
    try await expect(
      .invalid, "trained-on-test-data", "eval seen.safetensors --data-dir tiny ", in: sandbox)
  }

  /// One outcome in the exit status and in every form; with `--report-only` the status alone changes.
  private func expect(
    _ outcome: GateOutcome, _ words: String?, _ line: String, in sandbox: Sandbox
  ) async throws {
    let forms = " --json r.json --junit r.xml --markdown r.md"
    let run = try await sandbox.run(line + forms)
    #expect(run.status == outcome.exitCode && run.error.isEmpty, "\(run.output)\(run.error)")
    let report = try JSONDecoder().decode(Report.self, from: Data(sandbox.bytes("r.json")))
    #expect(report.outcome == outcome && report.exitCode == run.status)
    #expect(try Self.schema.violations(of: Self.json("r.json", in: sandbox)) == [])
    let markdown = String(decoding: try sandbox.bytes("r.md"), as: UTF8.self)
    let xml = String(decoding: try sandbox.bytes("r.xml"), as: UTF8.self)
    #expect(xml.contains("name=\"outcome\" value=\"\(outcome.rawValue)\""))
    let isShown = outcome != .pass || report.gates.contains { !$0.gate.results.isEmpty }
    for text in [run.output, markdown] {
      #expect(text.contains("gate: \(outcome.rawValue)") == isShown)
    }
    if let words {
      for text in [run.output, markdown, xml] {
        #expect(text.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(words))
      }
    }
    let reportOnly = try await sandbox.run(line + forms + " --report-only")
    #expect(reportOnly.status == 0)
    #expect(reportOnly.output.contains("(report only)") == isShown)
    #expect(String(decoding: try sandbox.bytes("r.xml"), as: UTF8.self) == xml)
  }

  private static let schema = try! JSONSchema(
    contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/Reporting/Schema/report.schema.json"))

  private static func json(_ name: String, in sandbox: Sandbox) throws -> JSONValue {
    try JSONValue(parsing: sandbox.bytes(name), source: name)
  }

  @Test func listsOfOneAreThePositionalForm() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    let positional = try await sandbox.run(Self.two + "--json - --require not-worse")
    let lists = try await sandbox.run(
      "eval --baseline tiny.safetensors --candidate hard.safetensors --data-dir tiny --eps 0.05 "
        + "--json - --require not-worse")
    #expect(lists.output == positional.output && lists.status == positional.status)
  }

  @Test func recipes() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    for name in ["a", "b"] {
      try sandbox.directory.write(sandbox.bytes("tiny.safetensors"), to: name)
    }
    let run = try await sandbox.run(
      "eval --baseline tiny.safetensors,a --candidate b,hard.safetensors --data-dir tiny "
        + "--eps 0.05 --require better --json r.json")
    let report = try JSONDecoder().decode(Report.self, from: Data(sandbox.bytes("r.json")))
    #expect(report.gates.map(\.candidate) == [["b", "hard.safetensors"]])
    #expect(report.gates.map(\.baseline) == [["tiny.safetensors", "a"]])
    #expect(report.gates[0].gate.comparison?.robust[0].method == .seeds)
    #expect(run.status == 2 && report.outcome == .inconclusive)
    #expect(run.output.contains("permutation test over the checkpoints"))
    #expect(try Self.schema.violations(of: Self.json("r.json", in: sandbox)) == [])
  }

  @Test func everyMachineGivesTheSameBytes() async throws {
    let sandbox = try await Self.sandbox()
    let line =
      "eval tiny.safetensors hard.safetensors seen.safetensors --data-dir tiny --eps 0.05,0.2 "
      + "--min-robust 0.9 --require better --max-clean-drop 1 --transfer"
    let names = ["r.json", "r.xml", "r.md"]
    func bytes(_ options: String) async throws -> [[UInt8]] {
      let run = try await sandbox.run(
        "\(line) --json r.json --junit r.xml --markdown r.md \(options)",
        environment: ["GITHUB_ACTIONS": "true"])
      #expect(run.status == 3 && run.output.contains("::error title=defend eval%3A "))
      return try names.map { try sandbox.bytes($0) } + [Array(run.output.utf8)]
    }
    let first = try await bytes("--threads 1")
    for options in ["--threads 1", "--threads 2", "--threads 5 --batch-size 7"] {
      #expect(try await bytes(options) == first, "\(options)")
    }
    let text = first.map { String(decoding: $0, as: UTF8.self) }.joined()
    #expect(!text.contains(sandbox.directory.path))
  }

  /// What a limited evaluation and a search for radii add is shown, and as the schema says.
  @Test func budgetsAndRadii() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    let run = try await sandbox.run(
      Self.two + "--budget 2000 --minimal --require better --json r.json --markdown r.md")
    #expect([0, 2].contains(run.status), "\(run.output)\(run.error)")
    #expect(try Self.schema.violations(of: Self.json("r.json", in: sandbox)) == [])
    #expect(run.output.contains("sequential test") && run.output.contains("smallest ε found"))
    let markdown = String(decoding: try sandbox.bytes("r.md"), as: UTF8.self)
    #expect(markdown.contains("sequential test") && markdown.contains("smallest ε found"))
  }

  /// Annotations stand on standard output, but never inside a report.
  @Test func annotations() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    let line = Self.two + "--min-robust 0.995 --eps 0.4"
    let environment = ["GITHUB_ACTIONS": "true"]
    let plain = try await sandbox.run(line)
    let text = try await sandbox.run(line, environment: environment)
    #expect(text.status == 1 && text.error.isEmpty)
    #expect(text.output.hasPrefix(plain.output))
    let annotations = String(text.output.dropFirst(plain.output.count))
    #expect(
      annotations.hasPrefix("::error title=defend eval%3A --min-robust 99.5%25 breached::robust "))
    for form in ["--json", "--junit", "--markdown"] {
      let alone = try await sandbox.run("\(line) \(form) -")
      let both = try await sandbox.run("\(line) \(form) -", environment: environment)
      #expect(both.output == alone.output && both.error == annotations, "\(form)")
      #expect(alone.error.isEmpty && !alone.output.contains("::"))
    }
    let quiet = try await sandbox.run(line + " --quiet", environment: environment)
    #expect(quiet.status == 1 && quiet.output.isEmpty && quiet.error.isEmpty)
    let elsewhere = try await sandbox.run(line, environment: ["GITHUB_ACTIONS": "false"])
    #expect(elsewhere.output == plain.output)
  }

  /// What was not judged has no exit status of a judgement.
  @Test func failuresAreNoOutcomes() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    for (line, status): (String, Int32) in [
      ("eval tiny.safetensors --data-dir tiny --require better", 64),
      ("eval tiny.safetensors missing --data-dir tiny --require better", 66),
      ("eval tiny.safetensors tiny.json --data-dir tiny --require better", 65),
      (Self.two + "--junit nowhere/r.xml --report-only", 74),
      (Self.two + "--markdown tiny", 74),
    ] {
      let run = try await sandbox.run(line)
      #expect(run.status == status && run.output.isEmpty, "\(line)")
      #expect(run.error.hasPrefix("Error: "), "\(line)")
    }
  }
}
