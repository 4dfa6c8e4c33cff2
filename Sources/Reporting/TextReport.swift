public import Evaluation

/// A report as text for people: aligned, at most 100 columns.
///
/// ```text
/// digits, 10000 test images · linf · fgsm
/// …
/// fgsm, a single-step attack
///                              clean      ε = 0.1
///   ─────────────────────────────────────────────
///   [1] baseline.safetensors
///     accuracy               98.12 %      12.40 %
///     interval, %        97.83–98.37  11.77–13.06
///     …
/// ```
///
/// "lost / gained" are the images that only the baseline and only the candidate gets right,
/// "verified examples" the adversarial examples that held in the second look, of those claimed.
public struct TextReport: Sendable {
  /// The widest line, in terminal columns.
  static let width = 100

  private let report: Report
  private let style: TextStyle

  public init(_ report: Report, style: TextStyle = .plain) {
    self.report = report
    self.style = style
  }

  /// The whole report, with a line break after its last line.
  public var text: String {
    let figures = attackNames.map { attack in
      heading(of: attack)
        + AccuracyTable(report: report, attack: attack).text(style: style, width: Self.width)
    }
    let transfer = (report.transfer ?? []).map {
      TransferTable(report: report, transfer: $0).text(style: style, width: Self.width)
    }
    let parts = [title] + figures + transfer + [notes]
    return parts.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  /// The names under which figures stand, in the report's order. A figure may be that of several
  /// attacks together, so the list of attacks alone does not give them.
  private var attackNames: [String] {
    let names = report.checkpoints.flatMap(\.robust).map(\.attack)
    let unique = names.enumerated().filter { names.firstIndex(of: $1) == $0 }.map(\.element)
    return unique.isEmpty ? [""] : unique
  }

  private var title: String {
    let dataset = report.dataset
    let words = [
      "\(dataset.name), \(dataset.count) \(dataset.split) images",
      report.threat.norm, report.attacks.map(\.name).joined(separator: ", "),
    ]
    let range = [report.threat.range.lowerBound, report.threat.range.upperBound]
      .map(Figures.epsilon).joined(separator: "…")
    let level = Figures.fixed(100 * report.confidence.rawValue, decimals: 0)
    let legend =
      report.comparisons.isEmpty
      ? ["pixels in \(range)", "\(level) % intervals: Wilson"]
      : [
        "pixels in \(range)", "\(level) % intervals: Wilson, of differences Bonett-Price",
        "p: exact McNemar, two-sided",
      ]
    return line(words.filter { !$0.isEmpty }.joined(separator: " · "), .strong)
      + line("data \(dataset.digest)", .secondary)
      + line(legend.joined(separator: " · "), .secondary)
  }

  private func heading(of attack: String) -> String {
    guard let entry = report.attacks.first(where: { $0.name == attack }) else {
      return line(attack.isEmpty ? "no attack" : attack, .strong)
    }
    let article = entry.kind == .iterative ? "an" : "a"
    var words = "\(entry.name), \(article) \(entry.kind.rawValue) attack"
    if entry.targeted { words += ", targeted" }
    if entry.steps > 1 { words += ", \(entry.steps) steps" }
    if entry.restarts > 1 { words += ", \(entry.restarts) restarts" }
    return line(words, .strong)
  }

  /// The findings, each a paragraph behind its severity.
  private var notes: String {
    report.findings.map { finding in
      let label = finding.severity.rawValue + ": "
      let lines = finding.message.printable.wrapped(to: Self.width - label.count)
      let margin = String(repeating: " ", count: label.count)
      return lines.enumerated().map { index, words in
        let emphasis: Emphasis = finding.severity == .warning ? .worse : .caution
        return (index == 0 ? style.applying(emphasis, to: label) : margin) + words + "\n"
      }.joined()
    }.joined()
  }

  private func line(_ words: String, _ emphasis: Emphasis) -> String {
    words.printable.wrapped(to: Self.width)
      .map { style.applying(emphasis, to: $0.shortened(to: Self.width)) + "\n" }.joined()
  }
}

extension Report {
  /// The short name of the checkpoint at an index, for column heads and references.
  static func label(_ index: Int) -> String { "[\(index + 1)]" }

  /// The label of a path, or the path itself where the report has no figures of it.
  func label(of path: String) -> String {
    checkpoints.firstIndex { $0.path == path }.map(Self.label) ?? path
  }
}
