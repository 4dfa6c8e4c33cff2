internal import Evaluation
internal import Foundation
internal import Kernels
internal import TestSupport
internal import Testing

@Suite(.timeLimit(.minutes(2))) struct EvalTests {
  @Test func reports() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    let line = "eval tiny.safetensors hard.safetensors --data-dir tiny --eps 0,0.05,8/255"
    let outcome = try await sandbox.run(line + " --transfer --json report.json")
    #expect(outcome.status == 0 && outcome.error.isEmpty)
    try expectSnapshot(outcome.output, named: "eval.txt")
    let json = String(decoding: try sandbox.bytes("report.json"), as: UTF8.self)
    try expectSnapshot(json, named: "eval.json")
    let report = try JSONDecoder().decode(Report.self, from: Data(json.utf8))
    #expect(report.threat.epsilons == [0, 0.05, 8.0 / 255])
    #expect(report.checkpoints.map(\.path) == ["tiny.safetensors", "hard.safetensors"])

    #expect(try await sandbox.run(line + " --transfer --json - --quiet").output == json)
    #expect(try await sandbox.run(line + " --transfer --json -").output == json)
    let quiet = try await sandbox.run(line + " --quiet")
    #expect(quiet.status == 0 && quiet.output.isEmpty && quiet.error.isEmpty)
  }

  @Test func everyMachineGivesTheSameBytes() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    let line = "eval tiny.safetensors hard.safetensors --data-dir tiny --json - --threads "
    let first = try await sandbox.run(line + "1")
    #expect(first.status == 0)
    #expect(try await sandbox.run(line + "2").output == first.output)
    for set in InstructionSet.allCases where set.isSupported {
      let outcome = try await sandbox.run(line + "2", environment: ["DEFEND_ISA": set.rawValue])
      #expect(outcome.output == first.output, "\(set)")
    }
  }

  @Test func theDocumentedKeys() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    let outcome = try await sandbox.run(
      "eval tiny.safetensors hard.safetensors --data-dir tiny --limit 7 --json -")
    let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    let report = try #require(object as? [String: Any])
    for key in [
      "schemaVersion", "dataset", "threat", "attacks", "checkpoints", "comparisons", "gates",
    ] {
      #expect(report[key] != nil, "\(key)")
    }
    let checkpoint = try #require((report["checkpoints"] as? [[String: Any]])?.first)
    let clean = try #require(checkpoint["clean"] as? [String: Any])
    let robust = try #require((checkpoint["robust"] as? [[String: Any]])?.first)
    let figures: Set = ["correct", "count", "accuracy", "interval"]
    #expect(figures.isSubset(of: clean.keys))
    #expect(figures.union(["attack", "epsilon"]).isSubset(of: robust.keys))
    #expect(clean["count"] as? Int == 7)
    #expect(!outcome.output.contains(sandbox.directory.path))
  }

  /// The bundled digits are training images of MNIST.
  @Test func aModelOfTheWholeMNISTIsNotTestedOnTheBundledDigits() async throws {
    let sandbox = try Sandbox()
    let pixels = (0..<40 * 784).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try TinyData.write(to: sandbox, as: "data/mnist") { name, _ in
      let bytes =
        name.contains("images")
        ? IDXFixture.file(magic: 0x0803, shape: [40, 28, 28], elements: pixels)
        : IDXFixture.labels((0..<40).map { UInt8($0 % 10) })
      return (name + ".gz", IDXFixture.gzipped(bytes))
    }
    let environment = ["DEFEND_DATA": sandbox.directory.path + "/data"]
    let training = try await sandbox.run(
      "train --config mlp --epochs 1 --output m.safetensors --quiet", environment: environment)
    #expect(training.status == 0 && training.error.isEmpty)

    let line = "eval m.safetensors --limit 20 --json report.json"
    let own = try await sandbox.run(line, environment: environment)
    #expect(own.status == 0 && own.output.contains("mnist, 20 test images"))
    #expect(!own.output.contains("trained-on-test-data"))
    let bundled = try await sandbox.run(line + " --dataset mnist-5k")
    let finding =
      "invalid: m.safetensors was trained on images of this evaluation; its figures say nothing "
      + "about images it has not seen."
    #expect(bundled.status == 3)
    #expect(
      bundled.output.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(finding))
    let report = try JSONDecoder().decode(Report.self, from: Data(sandbox.bytes("report.json")))
    #expect(report.findings.contains { $0.code == "trained-on-test-data" })
  }
}
