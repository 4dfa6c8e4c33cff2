import Evaluation
import TestSupport
import Testing

@testable import Reporting

@Suite struct TextReportTests {
  @Test(arguments: Report.names)
  func theTextIsTheRecordedOne(name: String) throws {
    let report = Report.named(name)
    let text = TextReport(report).text
    #expect(text.split(separator: "\n").allSatisfy { String($0).displayWidth <= 100 })
    try expectSnapshot(text, named: name + ".txt")
    try expectSnapshot(TextReport(report, style: .ansi).text, named: name + ".ansi.txt")
  }

  @Test(arguments: Report.names)
  func coloursChangeNothingButColours(name: String) {
    let report = Report.named(name)
    let colored = TextReport(report, style: .ansi).text
    #expect(colored.contains("\u{1B}["))
    #expect(colored.replacing(/\u{1B}\[[0-9;]*m/, with: "") == TextReport(report).text)
  }

  @Test func everyRadiusIsShownInTablesThatFit() {
    var report = Report.small
    report.checkpoints[0].path = String(repeating: "directory/", count: 20) + "model.safetensors"
    report.checkpoints[0].robust = (1...12).map {
      Report.RobustAccuracy(
        attack: "fgsm", epsilon: Double($0) / 100, accuracy: Accuracy(correct: 12, count: 60_000),
        verification: Report.Verification(claimed: 59_988, verified: 59_988))
    }
    let text = TextReport(report).text
    #expect(text.split(separator: "\n").allSatisfy { String($0).displayWidth <= 100 })
    for step in 1...12 { #expect(text.contains("ε = \(Double(step) / 100)")) }
    #expect(text.contains("…") && text.contains("/model.safetensors"))
  }

  @Test func aWideTransferMatrixIsSplit() throws {
    var report = Report.small
    let paths = (1...9).map { "checkpoints/with/a/rather/long/path/model-\($0).safetensors" }
    report.checkpoints = paths.map {
      Report.Checkpoint(path: $0, clean: Accuracy(correct: 3, count: 3), robust: [])
    }
    report.transfer = [
      Report.Transfer(
        attack: "fgsm", epsilon: 0.1, sources: paths, targets: paths,
        accuracies: paths.map { _ in paths.map { _ in Accuracy(correct: 1, count: 3) } })
    ]
    let text = TextReport(report).text
    #expect(text.split(separator: "\n").allSatisfy { String($0).displayWidth <= 100 })
    let matrix = try #require(text.split(separator: "tried on column").last)
    #expect(matrix.matches(of: /33\.33 %/).count == 81)
    #expect(matrix.matches(of: /• 33\.33 %/).count == 9)
  }

  @Test func aCheckpointComparedWithItselfIsComparedOnce() {
    var report = Report.small
    report.checkpoints.append(report.checkpoints[0])
    report.comparisons = [
      Report.Comparison(
        baseline: "model.safetensors", candidate: "model.safetensors",
        clean: PairedComparison(count: 3, onlyBaselineCorrect: 0, onlyCandidateCorrect: 0),
        robust: [])
    ]
    let text = TextReport(report).text
    #expect(text.matches(of: /points vs \[1\]/).count == 1)
    #expect(text.split(separator: "points vs")[0].contains("[2] model.safetensors"))
  }

  @Test func aNameCannotMoveTheCursor() {
    var report = Report.small
    report.checkpoints[0].path = "a\u{1B}[2Jb\n.safetensors"
    report.findings[0].message = "\u{1B}]0;title\u{7}"
    let text = TextReport(report).text
    #expect(!text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
    #expect(text.contains("a\u{FFFD}[2Jb\u{FFFD}.safetensors"))
  }

  /// Whatever the form, a reader learns the same.
  @Test(arguments: Report.names)
  func everyFormSaysTheSame(name: String) {
    let report = Report.named(name)
    let texts = [TextReport(report).text, MarkdownReport(report).text]
    for words in [report.gateText.map { "gate: \($0)" }, report.verdict?.rawValue] {
      for text in texts where words != nil { #expect(text.contains(words!)) }
    }
    let xml = JUnitReport(report).text
    for entry in report.gates {
      #expect(xml.contains("name=\"outcome\" value=\"\(entry.gate.outcome.rawValue)\""))
    }
    #expect(
      report.gates.flatMap(\.gate.results).allSatisfy { result in
        texts[1].contains("\(result.status.rawValue): ")
      })
  }

  @Test func theVerdictStandsLast() {
    #expect(
      TextReport(.candidates).text.hasSuffix(
        "\nverdict: worse ([3] −4.01 points at ε 0.1, 95 % interval −4.41…−3.61, p < 0.0001) · gate: "
          + "breached\n"))
    #expect(!TextReport(.small).text.contains("verdict"))
    #expect(!TextReport(.small).text.contains("gate"))
  }

  @Test func numbersAreWrittenForPeople() {
    #expect(Figures.percent(0.98125) == "98.12 %")
    #expect(Figures.percent(1) == "100.00 %")
    #expect(Figures.percentRange(0.9783...0.9837) == "97.83–98.37")
    #expect(Figures.signed(12.3) == "+12.30")
    #expect(Figures.signed(-0.52) == "−0.52")
    #expect(Figures.signed(-0.001) == "0.00")
    #expect(Figures.signedRange(-1.2...0.34) == "−1.20…+0.34")
    #expect(Figures.probability(0.0123) == "0.0123")
    #expect(Figures.probability(1e-9) == "< 0.0001")
    #expect(Figures.epsilon(0.1) == "0.1")
    #expect(Figures.epsilon(1) == "1")
    #expect(Figures.epsilon(8.0 / 255) == "8/255")
    #expect(Figures.epsilon(1.0 / 3) == "85/255")
    #expect(Figures.epsilon(0.123456789) == "0.123456789")
  }
}
