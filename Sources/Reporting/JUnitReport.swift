public import Evaluation

/// A report as JUnit's XML, which CI systems show as tests: a suite for each candidate, in it a test
/// for the validity of the evaluation and one for each requirement.
///
/// - An invalid evaluation is an *error*, a breach a *failure*.
/// - What is undecided is a *failure*, too: a skipped test is shown as good, beside a job that failed.
///   Only where `--inconclusive=pass` lets it through is it *skipped*, as are requirements that an
///   invalid evaluation leaves unjudged, beside its error.
/// - The message stands in the attribute and in the element's text: GitLab shows only the text.
/// - There is no clock in it: equal reports give equal bytes.
public struct JUnitReport: Sendable {
  private let report: Report

  public init(_ report: Report) {
    self.report = report
  }

  /// The document, with a line break at its end.
  public var text: String {
    let suites = report.gates.map(suite)
    let all = suites.flatMap(\.cases)
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      + "<testsuites"
      + XMLText.attributes([
        "name": "defend eval", "tests": "\(all.count)", "failures": "\(all.count(.failure))",
        "errors": "\(all.count(.error))", "time": "0",
      ]) + ">\n" + suites.map(\.text).joined() + "</testsuites>\n"
  }

  private func suite(_ entry: Report.CandidateGate) -> Suite {
    let name = entry.candidate.joined(separator: ", ")
    return Suite(
      name: name, properties: properties(of: entry),
      cases: [validity(of: entry, name)]
        + entry.gate.results.map { result in
          let place = result.epsilon.map { " at ε \(Figures.epsilon($0))" } ?? ""
          // The radius tells several results of one requirement apart.
          let isOne = entry.gate.results.count { $0.name == result.name } == 1
          return Case(
            name: "\(name): \(entry.option(of: result))\(isOne ? "" : place)",
            result: kind(of: entry.consequence(of: result)), type: result.status.rawValue,
            message: result.message)
        })
  }

  private func kind(of consequence: Report.CandidateGate.Consequence) -> Case.Result {
    switch consequence {
    case .passes: .success
    case .breaches, .blocks: .failure
    case .isTolerated, .notJudged: .skipped
    }
  }

  private func validity(of entry: Report.CandidateGate, _ name: String) -> Case {
    let findings = report.invalidFindings(of: entry)
    return Case(
      name: "\(name): the evaluation is valid", result: findings.isEmpty ? .success : .error,
      type: findings.first?.code ?? "", message: findings.map(\.message).joined(separator: "\n"))
  }

  private func properties(of entry: Report.CandidateGate) -> [(String, String)] {
    let properties: [(String, String?)] = [
      ("baseline", entry.baseline.isEmpty ? nil : entry.baseline.joined(separator: ", ")),
      ("verdict", report.verdictText(of: entry)),
      ("outcome", entry.gate.outcome.rawValue),
      ("dataset", report.datasetText),
      ("data", report.dataset.digest),
      ("norm", report.threat.norm),
      ("eps", report.threat.epsilons.map(Figures.epsilon).joined(separator: ", ")),
      ("attack", report.attacksText),
    ]
    return properties.compactMap { name, value in value.map { (name, $0) } }
  }
}

extension JUnitReport {
  private struct Suite {
    let name: String
    let properties: [(String, String)]
    let cases: [Case]

    var text: String {
      let properties = properties.map {
        "      <property" + XMLText.attributes(["name": $0, "value": $1]) + "/>\n"
      }
      return "  <testsuite"
        + XMLText.attributes([
          "name": name, "tests": "\(cases.count)", "failures": "\(cases.count(.failure))",
          "errors": "\(cases.count(.error))", "skipped": "\(cases.count(.skipped))", "time": "0",
        ]) + ">\n    <properties>\n" + properties.joined() + "    </properties>\n"
        + cases.map(\.text).joined() + "  </testsuite>\n"
    }
  }

  fileprivate struct Case {
    enum Result: String {
      case success = "system-out"
      case failure, error, skipped
    }

    let name: String
    let result: Result
    let type: String
    let message: String

    var text: String {
      let head =
        "    <testcase"
        + XMLText.attributes(["classname": "defend.eval", "name": name, "time": "0"])
      guard !message.isEmpty else { return head + "/>\n" }
      let attributes: String =
        switch result {
        case .success: ""
        case .failure, .error: XMLText.attributes(["message": message, "type": type])
        case .skipped: XMLText.attributes(["message": message])
        }
      let element = result.rawValue
      return head + ">\n      <\(element)\(attributes)>\(XMLText.escaped(message))</\(element)>\n"
        + "    </testcase>\n"
    }
  }
}

extension [JUnitReport.Case] {
  fileprivate func count(_ result: JUnitReport.Case.Result) -> Int {
    count { $0.result == result }
  }
}
