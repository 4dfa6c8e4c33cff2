import Autodiff
import Checkpoints
import Reporting
import TestSupport
import Testing

@testable import Inspection

@Suite struct InspectionTextTests {
  static let names = ["checkpoint", "broken", "foreign"]

  static func description(_ name: String) throws -> CheckpointDescription {
    let bytes =
      switch name {
      case "checkpoint": Files.checkpoint(others: ["author": "someone"])
      case "broken":
        Files.checkpoint(
          history: "[]",
          tensors: Files.tensors.map {
            guard $0.name == "layers.3.biases" else { return $0 }
            return NamedTensor(name: $0.name, value: Tensor([.nan, 1e-6] as [Float], shape: [2]))
          })
      default:
        Files.foreign(
          [
            (
              "a.\(String(repeating: "deeply.nested.", count: 8))weight", "BF16", 2,
              [0, 64, 0, 192]
            ),
            ("ids", "I64", 1, [1, 0, 0, 0, 0, 0, 0, 0]), ("scale", "F8_E4M3", 3, [1, 2, 3]),
            ("empty", "F32", 0, []),
          ],
          metadata: "{\"format\":\"pt\",\"config\":\"\(String(repeating: "words ", count: 40))\"}")
      }
    return try CheckpointDescription(decoding: bytes, path: "models/\(name).safetensors")
  }

  @Test(arguments: names)
  func theTextIsTheRecordedOne(name: String) throws {
    let description = try Self.description(name)
    let text = InspectionText(description).text
    #expect(text.split(separator: "\n").allSatisfy { String($0).displayWidth <= 100 })
    #expect(!text.split(separator: "\n").contains { $0.hasSuffix(" ") })
    try expectSnapshot(text, named: name + ".txt")
    let colored = InspectionText(description, style: .ansi).text
    #expect(colored.contains("\u{1B}[1m"))
    #expect(colored.replacing(/\u{1B}\[[0-9;]*m/, with: "") == text)
  }

  /// Whatever a training writes, lines stay in their width and nothing drives the terminal.
  @Test(arguments: [
    "{}", "3", "null", "[1, 2.5, 1e300]", "[{}, {\"epoch\": 2}]", "[{\"events\": \"late\"}]",
    #"[{"a": {"b": {"c": [1, [2, true]]}}, "events": [{"kind": "\u001b[2J", "x": {"y": [1]}}]}]"#,
    #"[{"epoch": "\u001b[31mone", "loss": -1e308}, {"loss": 1e308}, {"events": [[1], null]}]"#,
  ])
  func anyHistory(history: String) throws {
    let description = try CheckpointDescription(
      decoding: Files.checkpoint(history: history), path: "a\u{1B}[2J")
    let text = InspectionText(description).text
    #expect(!text.contains("\u{1B}"))
    #expect(text.split(separator: "\n").allSatisfy { String($0).displayWidth <= 100 })
  }

  @Test func manyColumnsAndEpochs() throws {
    let keys = (0..<30).map { "figureNumber\($0)" }
    let epochs = (1...300).map { epoch in
      let values = keys.enumerated().map { "\"\($1)\": \(epoch * ($0 + 1))" }
      return "{\"epoch\": \(epoch), \(values.joined(separator: ", "))}"
    }
    let description = try CheckpointDescription(
      decoding: Files.checkpoint(history: "[\(epochs.joined(separator: ","))]"), path: "a")
    let text = InspectionText(description).text
    #expect(text.split(separator: "\n").allSatisfy { String($0).displayWidth <= 100 })
    for key in 0..<30 { #expect(text.contains("number\(key)")) }
    #expect(text.contains("▁▁▁▁▁▂▂▂▂▂▃▃▃▃▃▄▄▄▄▄▅▅▅▅▅▆▆▆▆▆▇▇▇▇▇█████"))
  }
}
