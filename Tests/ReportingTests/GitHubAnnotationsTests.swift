import Evaluation
import Reporting
import TestSupport
import Testing

@Suite struct GitHubAnnotationsTests {
  @Test(arguments: Report.names)
  func theTextIsTheRecordedOne(name: String) throws {
    try expectSnapshot(GitHubAnnotations(.named(name)).text, named: name + ".annotations.txt")
  }

  @Test func everyLineIsOneCommand() {
    let lines = GitHubAnnotations(.hostile).text.split(separator: "\n")
    #expect(lines.count == 3)
    for line in lines {
      #expect(line.wholeMatch(of: /::(error|warning|notice) title=[^:,]+::.+/) != nil, "\(line)")
      #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control })
    }
    #expect(lines[0].hasPrefix("::error title=defend eval%3A x%2Cy%3Az%25::on a|b`c"))
    #expect(lines[0].contains("[2J%0D%0A::error::%250A]]>"))
  }
}
