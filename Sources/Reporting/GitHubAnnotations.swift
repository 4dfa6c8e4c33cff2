public import Evaluation

/// What a report demands attention for, as workflow commands: GitHub shows each at the head of the
/// run. Breaches and invalid figures are errors, what is undecided a warning, remarks are notices.
///
/// ```text
/// ::error title=defend eval%3A --min-robust 80%25 breached::robust accuracy 70.30 % … is below …
/// ```
public struct GitHubAnnotations: Sendable {
  private let report: Report

  public init(_ report: Report) {
    self.report = report
  }

  /// A line for each annotation, with a line break after the last; empty where there is none.
  public var text: String {
    let invalid = report.findings.filter { $0.severity == .invalid }
    let notes = report.findings.filter { $0.severity == .note }
    let results = report.gates.flatMap(commands)
    let lines =
      invalid.map { command("error", title: $0.code, $0.message) }
      + ["error", "warning"].flatMap { name in results.filter { $0.name == name }.map(\.line) }
      + notes.map { command("notice", title: $0.code, $0.message) }
    return lines.map { $0 + "\n" }.joined()
  }

  private func commands(_ entry: Report.CandidateGate) -> [(name: String, line: String)] {
    let label = report.gates.count > 1 ? entry.candidate.joined(separator: ", ") + ": " : ""
    return entry.gate.results.compactMap { result in
      let name: String
      switch entry.consequence(of: result) {
      case .passes, .notJudged: return nil
      case .breaches: name = "error"
      case .blocks, .isTolerated: name = "warning"
      }
      let title = "\(entry.option(of: result)) \(result.status.rawValue)"
      return (name, command(name, title: title, label + result.message))
    }
  }

  private func command(_ name: String, title: String, _ message: String) -> String {
    "::\(name) title=\(Self.property("defend eval: " + title))::\(Self.data(message))"
  }

  /// The escapes that the runner undoes in a message.
  private static func data(_ text: String) -> String {
    escaped(text, ["%": "%25", "\r": "%0D", "\n": "%0A"])
  }

  /// The escapes that the runner undoes in a property.
  private static func property(_ text: String) -> String {
    escaped(text, ["%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"])
  }

  /// By scalars: a carriage return and a line feed together are one character.
  private static func escaped(_ text: String, _ escapes: [Unicode.Scalar: String]) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      if let escape = escapes[scalar] {
        result += escape
      } else if scalar.properties.generalCategory != .control {
        result.unicodeScalars.append(scalar)
      }
    }
  }
}
