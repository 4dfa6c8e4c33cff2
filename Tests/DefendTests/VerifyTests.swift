internal import Foundation
internal import TestSupport
internal import Testing

/// Witnesses that `eval` wrote, looked at again by `verify`.
@Suite(.timeLimit(.minutes(2))) struct VerifyTests {
  static let evaluation =
    "eval tiny.safetensors hard.safetensors --data-dir tiny --eps 0.1,0.3 --attack fgsm+pgd:steps=5"

  static func sandbox() async throws -> Sandbox {
    let sandbox = try await Sandbox.withTinyModel()
    let outcome = try await sandbox.run(
      evaluation + " --witnesses w.safetensors --outcomes o.jsonl --report-only --quiet")
    #expect(outcome.status == 0 && outcome.error.isEmpty)
    return sandbox
  }

  @Test func whatEvalClaimsHolds() async throws {
    let sandbox = try await Self.sandbox()
    let lines = try String(decoding: sandbox.bytes("o.jsonl"), as: UTF8.self)
      .split(separator: "\n").map { line in
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
      }
    #expect(lines.count == 2 * 2 * 30)
    for checkpoint in ["tiny.safetensors", "hard.safetensors"] {
      let outcome = try await sandbox.run("verify w.safetensors \(checkpoint) --data-dir tiny")
      #expect(outcome.status == 0 && outcome.output.contains("all claims hold"))
      let broken = lines.filter {
        $0["checkpoint"] as? String == checkpoint && $0["epsilon"] as? Double == 0.3
          && $0["witness"] != nil
      }.count
      let row = outcome.output.split(separator: "\n").first { $0.contains("0.3 ") }
      let words = try #require(row).split(separator: " ").map(String.init)
      #expect(broken > 0 && words == ["0.3", "\(broken)", "\(broken)", "0", "0", "0"])
    }
  }

  @Test func oneFalseImageIsEnough() async throws {
    let sandbox = try await Self.sandbox()
    var bytes = try sandbox.bytes("w.safetensors")
    let header = bytes[..<8].enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    // The images come first: one pixel far out of its range.
    bytes.replaceSubrange(8 + header..<12 + header, with: [0, 0, 0, 0x50])
    try sandbox.directory.write(bytes, to: "w.safetensors")
    let outcome = try await sandbox.run("verify w.safetensors tiny.safetensors --data-dir tiny")
    #expect(outcome.status == 1 && outcome.output.contains("not all claims hold"))
  }

  @Test(arguments: [
    ("verify tiny.safetensors tiny.safetensors", "holds no witnesses"),
    ("verify w.safetensors other.safetensors", "no witness was made on 'other.safetensors'"),
    ("verify w.safetensors tiny.safetensors --limit 7", "made from other images"),
  ])
  func whatCannotBeVerified(line: String, words: String) async throws {
    let sandbox = try await Self.sandbox()
    // The same model with other bytes.
    let training = try await sandbox.run(
      "train --data-dir tiny --init tiny.safetensors --epochs 1 --batch-size 10 --output other.safetensors --quiet"
    )
    #expect(training.status == 0)
    let outcome = try await sandbox.run(line + " --data-dir tiny")
    #expect(outcome.status == 65 && outcome.output.isEmpty)
    #expect(outcome.error.hasPrefix("Error: ") && outcome.error.contains(words))
    #expect(outcome.error.split(separator: "\n").count == 1)
  }
}
