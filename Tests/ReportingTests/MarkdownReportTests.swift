import Evaluation
import Reporting
import TestSupport
import Testing

@Suite struct MarkdownReportTests {
  @Test(arguments: Report.names)
  func theTextIsTheRecordedOne(name: String) throws {
    try expectSnapshot(MarkdownReport(.named(name)).text, named: name + ".md")
  }

  /// Rows of one table have as many cells as its head, whatever stands in them.
  @Test(arguments: Report.names + ["hostile"])
  func tablesAreWhole(name: String) {
    let report = name == "hostile" ? Report.hostile : Report.named(name)
    let text = MarkdownReport(report).text
    let blocks = text.split(separator: "\n\n").map { $0.split(separator: "\n") }
    let tables = blocks.filter { $0.first?.hasPrefix("|") == true }
    #expect(!tables.isEmpty)
    for rows in tables {
      #expect(rows.count > 2 && rows[1].wholeMatch(of: /\| [-:| ]+ \|/) != nil)
      let counts = rows.map { $0.matches(of: /(?:\\.|[^|\\])+(?=\|)/).count }
      #expect(Set(counts).count == 1, "\(rows)")
    }
  }

  @Test func textStaysText() {
    let text = MarkdownReport(.hostile).text
    #expect(!text.contains("<script>") && !text.contains("[x](y)"))
    #expect(!text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
    #expect(text.contains("<code>a\\|b\\`c\\\\\\|\\<script\\>\\&\"'\\*\\_\\$\\[x\\](y)"))
  }
}
