internal import Checkpoints
internal import Foundation
internal import Testing

@Suite(.timeLimit(.minutes(2))) struct InterruptTests {
  private let endless =
    "train --data-dir tiny --model tiny.json --epochs 1000000 --batch-size 2 --validation 0"

  @Test func keepsTheBestEpoch() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    let run = try sandbox.start(endless + " --output new")
    #expect(try await run.waits(for: "epoch 2/1000000"))
    run.send(SIGINT)
    let outcome = try await run.outcome()
    #expect(outcome.status == 130)
    let pattern = try Regex(
      "Error: interrupted; new holds the best epoch so far \\(([0-9]+)\\); --resume goes on\n")
    let match = try #require(try pattern.wholeMatch(in: outcome.error), "\(outcome.error)")
    let epoch = try #require(match.output[1].substring)
    #expect(outcome.output.contains("epoch \(epoch)/1000000"))
    #expect(!outcome.output.contains("test split"))
    let checkpoint = try Checkpoint(decoding: sandbox.bytes("new"))
    #expect(checkpoint.metadata.training.contains("\"epoch\":\(epoch),"))
    #expect(try sandbox.files().keys.allSatisfy { !$0.hasSuffix(".tmp") })
  }

  @Test func beforeTheFirstEpochNothingIsDelivered() async throws {
    let sandbox = try Sandbox()
    try sandbox.write("old", to: "old")
    // Thousands of steps: an epoch that outlasts this test's wait on a busy machine.
    let run = try sandbox.start("train --model cnn --batch-size 1 --output old")
    #expect(try await run.waits(for: "steps an epoch"))
    run.send(SIGINT)
    let outcome = try await run.outcome()
    #expect(outcome.status == 130)
    #expect(outcome.error == "Error: interrupted; --resume goes on\n")
    let files = try sandbox.files()
    #expect(Set(files.keys) == ["old", "old.run.safetensors"])
    #expect(files["old"] == Array("old".utf8))
  }

  /// A kill leaves a whole checkpoint; at most a temporary file stays, which is in nobody's way.
  @Test func killed() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    for round in 0..<4 {
      let run = try sandbox.start(endless + " --output new")
      #expect(try await run.waits(for: "epoch \(2 + 5 * round)/1000000"))
      run.send(SIGKILL)
      #expect(try await run.outcome().status == 137)
      _ = try Checkpoint(decoding: sandbox.bytes("new"))
      #expect(try await sandbox.run("eval new --data-dir tiny --quiet --report-only").status == 0)
    }
  }
}
