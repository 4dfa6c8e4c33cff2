import Evaluation
import Foundation
import Reporting
import TestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct JUnitReportTests {
  @Test(arguments: Report.names)
  func theTextIsTheRecordedOne(name: String) throws {
    try expectSnapshot(JUnitReport(.named(name)).text, named: name + ".junit.xml")
  }

  /// What the readers of the format agree on: names, nesting, and counts that are right.
  @Test(arguments: Report.names + ["hostile"])
  func theStructure(name: String) throws {
    let report = name == "hostile" ? Report.hostile : Report.named(name)
    let root = try XMLNode(parsing: JUnitReport(report).text)
    #expect(root.name == "testsuites")
    #expect(root.children.count == report.gates.count)
    var names: Set<String> = []
    for (suite, gate) in zip(root.children, report.gates) {
      #expect(suite.name == "testsuite")
      #expect(suite.attributes["name"] != "")
      #expect(suite.children.first?.name == "properties")
      for property in suite.children[0].children {
        #expect(property.name == "property" && property.children.isEmpty)
        #expect(Set(property.attributes.keys) == ["name", "value"])
      }
      let cases = Array(suite.children.dropFirst())
      #expect(cases.count == gate.gate.results.count + 1)
      for test in cases {
        #expect(test.name == "testcase")
        #expect(Set(test.attributes.keys) == ["classname", "name", "time"])
        #expect(names.insert(test.attributes["name"]!).inserted)
        #expect(test.children.count <= 1)
        for element in test.children {
          let allowed: Set<String>? = [
            "failure": ["message", "type"], "error": ["message", "type"], "skipped": ["message"],
            "system-out": [],
          ][element.name]
          #expect(Set(element.attributes.keys) == allowed, "\(element.name)")
          #expect(!element.text.isEmpty)
        }
      }
      expectCounts(of: suite, cases, ["tests", "failures", "errors", "skipped"])
    }
    let all = root.children.flatMap { $0.children.dropFirst() }
    expectCounts(of: root, all, ["tests", "failures", "errors"])
  }

  private func expectCounts(of node: XMLNode, _ cases: [XMLNode], _ keys: [String]) {
    func count(_ name: String) -> Int { cases.count { $0.children.first?.name == name } }
    let counts = [
      "tests": cases.count, "failures": count("failure"), "errors": count("error"),
      "skipped": count("skipped"),
    ]
    for key in keys { #expect(node.attributes[key] == "\(counts[key]!)", "\(key)") }
    #expect(Set(node.attributes.keys) == Set(["name", "time"] + keys))
  }

  /// A file with a failure or an error and an outcome that stops a pipeline are the same thing.
  @Test(arguments: Report.names)
  func itFailsWhereTheGateDoes(name: String) throws {
    let report = Report.named(name)
    let root = try XMLNode(parsing: JUnitReport(report).text)
    let isBad = root.attributes["failures"] != "0" || root.attributes["errors"] != "0"
    #expect(isBad == (report.outcome != .pass))
    #expect((root.attributes["errors"] != "0") == (report.outcome == .invalid))
  }

  @Test func undecidedAndAllowedIsSkipped() throws {
    var report = Report.example
    let gate = report.gates[0].gate
    var requirements = gate.requirements
    requirements.inconclusivePasses = true
    let evidence = Evidence(
      robust: [.init(epsilon: 0.1, accuracy: Accuracy(correct: 8333, count: 10_000))])
    requirements.comparison = nil
    requirements.maximumCleanDrop = nil
    report.gates[0].gate = Gate(requirements, evidence: evidence)
    let root = try XMLNode(parsing: JUnitReport(report).text)
    #expect(report.outcome == .pass)
    #expect(root.children[0].attributes["skipped"] == "1" && root.attributes["failures"] == "0")
  }

  @Test func textStaysText() throws {
    let root = try XMLNode(parsing: JUnitReport(.hostile).text)
    let name = try #require(root.children[0].attributes["name"])
    #expect(name == "a|b`c\\|<script>&\"'*_$[x](y)[2J\r\n::error::%0A]]>,d:e")
    let error = try #require(root.children[0].children[1].children.first)
    #expect(error.text == "on " + name && error.attributes["message"] == "on " + name)
  }
}

/// An element of an XML document, read by Foundation.
private final class XMLNode {
  let name: String
  let attributes: [String: String]
  fileprivate(set) var children: [XMLNode] = []
  fileprivate(set) var text = ""

  init(name: String, attributes: [String: String]) {
    self.name = name
    self.attributes = attributes
  }

  convenience init(parsing text: String) throws {
    let reader = Reader()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = reader
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    let root = try #require(reader.document.children.first)
    self.init(name: root.name, attributes: root.attributes)
    children = root.children
  }

  private final class Reader: NSObject, XMLParserDelegate {
    let document = XMLNode(name: "", attributes: [:])
    private lazy var open = [document]

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      let node = XMLNode(name: name, attributes: attributes)
      open.last?.children.append(node)
      open.append(node)
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
      open.last?.text += text
    }

    func parser(
      _ parser: XMLParser, didEndElement: String, namespaceURI: String?, qualifiedName: String?
    ) {
      open.removeLast()
    }
  }
}
