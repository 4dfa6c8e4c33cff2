import Evaluation
import Foundation
import Reporting
import TestSupport
import Testing

@Suite struct JSONReportTests {
  @Test(arguments: Report.names)
  func theTextIsTheRecordedOne(name: String) throws {
    try expectSnapshot(JSONReport(.named(name)).text, named: name + ".json")
  }

  @Test(arguments: Report.names)
  func aReportIsReadBackEqual(name: String) throws {
    let report = Report.named(name)
    let text = JSONReport(report).text
    let read = try JSONDecoder().decode(Report.self, from: Data(text.utf8))
    #expect(read == report)
    #expect(JSONReport(read).text == text)
  }

  /// 0.1, 1/3 and the like keep their shortest digits, whatever the arithmetic that made them.
  @Test func numbersHaveTheirShortestDigits() {
    var report = Report.small
    report.threat.epsilons = [0.1, 0.3, 1.0 / 3, 8.0 / 255, 1e-7, .leastNormalMagnitude]
    let text = JSONReport(report).text
    for epsilon in report.threat.epsilons {
      #expect(text.contains(" \(epsilon),\n") || text.contains(" \(epsilon)\n"))
    }
  }

  @Test func theTextIsOneObjectAndALineBreak() {
    let text = JSONReport(.small).text
    #expect(text.hasPrefix("{\n") && text.hasSuffix("\n}\n"))
    #expect(text.contains("\"schemaVersion\" : 2"))
    #expect(!text.contains("transfer"))
  }

  @Test func aPathKeepsItsSlashes() {
    #expect(JSONReport(.example).text.contains("\"checkpoints/baseline.safetensors\""))
  }

  @Test func anotherSchemaVersionIsRefused() throws {
    let text = JSONReport(.small).text.replacing(
      "\"schemaVersion\" : 2", with: "\"schemaVersion\" : 3")
    #expect {
      try JSONDecoder().decode(Report.self, from: Data(text.utf8))
    } throws: { error in
      guard case DecodingError.dataCorrupted(let context) = error else { return false }
      return context.debugDescription
        == "the report has schema version 3, and only 2 can be read"
    }
  }
}
