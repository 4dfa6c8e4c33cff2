import Evaluation
import Foundation
import Reporting
import TestSupport
import Testing

@Suite struct JSONReportTests {
  @Test(arguments: [("report", Report.example), ("small-report", Report.small)])
  func theTextIsTheRecordedOne(name: String, report: Report) throws {
    try expectSnapshot(JSONReport(report).text, named: name + ".json")
  }

  @Test(arguments: [Report.example, .small])
  func aReportIsReadBackEqual(report: Report) throws {
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
    #expect(text.contains("\"schemaVersion\" : 1"))
    #expect(!text.contains("transfer"))
  }

  @Test func aPathKeepsItsSlashes() {
    #expect(JSONReport(.example).text.contains("\"checkpoints/baseline.safetensors\""))
  }

  @Test func anotherSchemaVersionIsRefused() throws {
    let text = JSONReport(.small).text.replacing(
      "\"schemaVersion\" : 1", with: "\"schemaVersion\" : 2")
    #expect {
      try JSONDecoder().decode(Report.self, from: Data(text.utf8))
    } throws: { error in
      guard case DecodingError.dataCorrupted(let context) = error else { return false }
      return context.debugDescription
        == "the report has schema version 2, and only 1 can be read"
    }
  }
}
