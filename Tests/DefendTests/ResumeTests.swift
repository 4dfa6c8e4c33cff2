internal import Checkpoints
internal import Configurations
internal import Foundation
internal import TestSupport
internal import Testing

/// Runs of `train` that are ended from outside, and what is on the disk then and in the end.
@Suite(.timeLimit(.minutes(2))) struct ResumeTests {
  /// A run with an average, rollbacks and a log; `steps` of it are slow enough to be caught.
  static let train =
    "train --data-dir tiny --config recipe.json --output out.safetensors --log log.jsonl "
    + "--save-every 5 --threads 1"

  static func recipe(epochs: Int) -> String {
    """
    {"model": "tiny.json", "dataset": "tiny", "epochs": \(epochs), "batchSize": 4, "seed": 2,
     "validation": 12, "schedule": "cosine", "movingAverage": 0.99, "augmentation": {"shift": 1},
     "optimizer": {"type": "adam", "learningRate": 0.01},
     "adversarial": {"ratio": 1, "epsilon": 0.2}, "guard": {"gap": 0.05, "healings": 2}}
    """
  }

  static let results = [
    "out.safetensors", "out.last.safetensors", "out.average.safetensors", "log.jsonl",
  ]
  static let state = "out.run.safetensors"

  static func sandbox(epochs: Int) async throws -> Sandbox {
    let sandbox = try await Sandbox.withTinyModel()
    try sandbox.write(recipe(epochs: epochs), to: "recipe.json")
    return sandbox
  }

  static func contents(_ sandbox: Sandbox) throws -> [[UInt8]] {
    try results.map { try sandbox.bytes($0) }
  }

  /// What an uninterrupted run leaves.
  static func whole(epochs: Int) async throws -> (contents: [[UInt8]], status: Int32) {
    let sandbox = try await sandbox(epochs: epochs)
    let outcome = try await sandbox.run(train)
    let names = try sandbox.files().keys.filter { $0.hasPrefix("out") || $0.hasPrefix("log") }
    #expect(Set(names) == Set(results))
    return (try contents(sandbox), outcome.status)
  }

  static let epochs = 12
  /// Made once for all tests.
  static let short = Task { try await whole(epochs: epochs) }

  /// Every checkpoint is whole, and the log is of whole lines.
  static func expectReadable(_ sandbox: Sandbox) throws {
    for (name, bytes) in try sandbox.files() where name.hasPrefix("out") {
      #expect(throws: Never.self, "\(name)") { _ = try SafetensorsFile(decoding: bytes) }
      if name != state {
        #expect(throws: Never.self, "\(name)") { _ = try Checkpoint(decoding: bytes) }
      }
    }
    guard let log = try sandbox.files()["log.jsonl"] else { return }
    #expect(log.isEmpty || log.last == UInt8(ascii: "\n"))
    for line in String(decoding: log, as: UTF8.self).split(separator: "\n") {
      #expect(throws: Never.self) { _ = try JSONValue(parsing: Array(line.utf8), source: "log") }
    }
  }

  @Test func interruptedAndResumed() async throws {
    let whole = try await Self.short.value
    let sandbox = try await Self.sandbox(epochs: Self.epochs)
    for _ in 0..<2 {
      let run = try sandbox.start(Self.train + " --resume")
      #expect(try await run.waits(for: " examples/s)"))
      run.send(SIGINT)
      let outcome = try await run.outcome()
      // A run that was over in that moment has nothing to go on with.
      guard outcome.status == 130 else { continue }
      #expect(outcome.error.hasSuffix("; --resume goes on\n"), "\(outcome.error)")
      #expect(outcome.error.hasPrefix("Error: interrupted"))
      #expect(try sandbox.files()[Self.state] != nil)
      try Self.expectReadable(sandbox)
    }
    let rest = try await sandbox.run(Self.train + " --resume")
    #expect(rest.status == whole.status, "\(rest.error)")
    #expect(try Self.contents(sandbox) == whole.contents)
    #expect(try sandbox.files()[Self.state] == nil)
  }

  /// - Parameter kills: how many runs are ended at some moment, each a little further on.
  static func expectKillsAreHarmless(kills: Int, epochs: Int) async throws {
    let whole = epochs == Self.epochs ? try await short.value : try await whole(epochs: epochs)
    let sandbox = try await sandbox(epochs: epochs)
    var killed = 0
    while killed < kills {
      let run = try sandbox.start(train + " --resume")
      try await Task.sleep(for: .milliseconds(Int.random(in: 20...400)))
      run.send(SIGKILL)
      // What was over before stays as it is, and begins anew.
      let outcome = try await run.outcome()
      #expect(outcome.status == 137 || outcome.status == whole.status, "\(outcome.error)")
      killed += 1
      try expectReadable(sandbox)
    }
    let rest = try await sandbox.run(train + " --resume")
    #expect(rest.status == whole.status, "\(rest.error)")
    #expect(try contents(sandbox) == whole.contents)
  }

  @Test func killedAndResumed() async throws {
    try await Self.expectKillsAreHarmless(kills: 3, epochs: Self.epochs)
  }

  /// About half a minute on a quiet machine, with `DEFEND_ACCEPTANCE=1` in the environment.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["DEFEND_ACCEPTANCE"] != nil))
  func killedThirtyTimes() async throws {
    try await Self.expectKillsAreHarmless(kills: 30, epochs: 150)
  }

  @Test func withoutARunTheRunBegins() async throws {
    let sandbox = try await Self.sandbox(epochs: 2)
    let first = try await sandbox.run(Self.train)
    let contents = try Self.contents(sandbox)
    let second = try await sandbox.run(Self.train + " --resume")
    #expect(second.status == first.status)
    #expect(try Self.contents(sandbox) == contents)
    #expect(second.output.contains("epoch 1/2"))
  }

  @Test func anotherRunIsNotContinued() async throws {
    let sandbox = try await Self.sandbox(epochs: 1_000_000)
    let run = try sandbox.start(Self.train)
    #expect(try await run.waits(for: "epoch 2/"))
    run.send(SIGINT)
    #expect(try await run.outcome().status == 130)
    let path = "'\(Self.state)'"
    let advice = "; give the same again, or leave out --resume to begin anew"
    for (options, message) in [
      ("--seed 3", "the run in it was started with seed 2, not 3"),
      ("--eps 0.3", "the run in it was started with adversarial.epsilon 0.2, not 0.3"),
      ("--epochs 5", "the run in it was started with epochs 1000000, not 5"),
      ("--limit 50", "the run in it was started with limit null, not 50"),
    ] {
      try await Mistake("\(Self.train) --resume \(options)", 64, "\(path): \(message)\(advice)")
        .expect(in: sandbox)
    }
    try TinyData.write(to: sandbox, as: "other/tiny") { name, bytes in
      var bytes = bytes
      if name.hasPrefix("train-images") { bytes[100] ^= 1 }
      return (name, bytes)
    }
    try await Mistake(
      Self.train.replacing("--data-dir tiny", with: "--data-dir other --dataset tiny")
        + " --resume", 64, "\(path): the run in it was trained on other images\(advice)"
    ).expect(in: sandbox)
    try sandbox.write(
      TinyData.specification.replacing(#""units": 8"#, with: #""units": 9"#), to: "tiny.json")
    // The parts of the file that belong to a model are looked at last.
    let outcome = try await sandbox.run(Self.train + " --resume")
    #expect(outcome.status == 64)
    #expect(outcome.error == "Error: \(path): the run in it is of another model\(advice)\n")
    // Without --resume the run begins anew.
    let anew = try await sandbox.run(Self.train + " --epochs 1 --limit 30")
    #expect(anew.status <= 1 && anew.output.contains("epoch 1/1"))
    #expect(try sandbox.files()[Self.state] == nil)
  }

  @Test func damagedRuns() async throws {
    let sandbox = try await Self.sandbox(epochs: 3)
    try sandbox.write("x", to: Self.state)
    let short = try await sandbox.run(Self.train + " --resume")
    #expect(short.status == 65)
    #expect(short.error.hasPrefix("Error: '\(Self.state)'"))
    #expect(short.error.split(separator: "\n").count == 1)
    try sandbox.directory.write(sandbox.bytes("tiny.safetensors"), to: Self.state)
    try await Mistake(
      Self.train + " --resume", 65,
      "'\(Self.state)' is no interrupted run; move it away, or leave out --resume"
    ).expect(in: sandbox)
  }
}
