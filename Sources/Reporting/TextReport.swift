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
/// Of several attacks each has a row: how many examples it broke of those it was tried on, and the
/// accuracy that was left. At the end stand the findings, the requirements and the verdict.
public struct TextReport: Sendable {
  /// The widest line, in terminal columns.
  package static let width = 100

  private let report: Report
  private let style: TextStyle

  public init(_ report: Report, style: TextStyle = .plain) {
    self.report = report
    self.style = style
  }

  /// The whole report, with a line break after its last line.
  public var text: String {
    let suites = report.suites.isEmpty ? [""] : report.suites
    let figures = suites.map { suite in
      line(heading(of: suite), .strong)
        + AccuracyTable(report: report, suite: suite).text(style: style, width: Self.width)
    }
    let transfer = (report.transfer ?? []).map {
      TransferTable(report: report, transfer: $0).text(style: style, width: Self.width)
    }
    let radii = report.smallestRadii.map {
      SmallestRadiiTable(report: report, radii: $0).text(style: style)
    }
    let parts =
      [title] + figures + transfer + [radii ?? "", notes, requirements, conclusion]
    return parts.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private var title: String {
    let words = [report.datasetText, report.threat.norm, report.attacksText]
    return line(words.filter { !$0.isEmpty }.joined(separator: " · "), .strong)
      + line("data \(report.dataset.digest)", .secondary)
      + line(report.methods.joined(separator: " · "), .secondary)
  }

  private func heading(of suite: String) -> String {
    guard !suite.isEmpty else { return "no attack" }
    let attacks = report.attacks.filter { $0.name == suite }
    if let attack = attacks.first { return attack.sentence }
    return (report.suites.count == 1 ? report.attacks : []).map(\.details)
      .joined(separator: " · ").ifEmpty(suite)
  }

  /// The findings, each a paragraph behind its severity.
  private var notes: String {
    report.findings.map { finding in
      paragraph(
        finding.severity.rawValue + ": ", finding.severity == .invalid ? .worse : .caution,
        finding.message)
    }.joined()
  }

  /// What became of every requirement.
  private var requirements: String {
    report.gates.flatMap { entry in
      let name = report.gates.count > 1 ? report.label(of: entry.candidate) + " " : ""
      return entry.gate.results.map { result in
        paragraph(
          result.status.rawValue + ": ", emphasis(of: result.status),
          "\(name)\(entry.option(of: result)): \(result.message)")
      }
    }.joined()
  }

  private func emphasis(of status: RequirementResult.Status) -> Emphasis {
    switch status {
    case .met: .better
    case .breached: .worse
    case .inconclusive: .caution
    }
  }

  /// The verdict and the outcome: what a reader in a hurry looks for at the end.
  private var conclusion: String {
    let words = [
      report.verdictText.map { "verdict: \($0)" }, report.gateText.map { "gate: \($0)" },
    ].compactMap(\.self)
    let emphasis: Emphasis =
      switch (report.gateText == nil ? nil : report.outcome, report.verdict) {
      case (nil, .better) where report.isSingleStepOnly: .caution
      case (.pass, _), (nil, .better): .better
      case (.breached, _), (.invalid, _), (nil, .worse): .worse
      case (.inconclusive, _): .caution
      case (nil, _): .strong
      }
    let joined = words.joined(separator: " · ")
    return (joined.displayWidth <= Self.width ? [joined] : words)
      .map { line($0, emphasis) }.joined()
  }

  private func paragraph(_ label: String, _ emphasis: Emphasis, _ message: String) -> String {
    let lines = message.printable.wrapped(to: Self.width - label.count)
    let margin = String(repeating: " ", count: label.count)
    return lines.enumerated().map { index, words in
      (index == 0 ? style.applying(emphasis, to: label) : margin) + words + "\n"
    }.joined()
  }

  private func line(_ words: String, _ emphasis: Emphasis) -> String {
    words.printable.wrapped(to: Self.width)
      .map { style.applying(emphasis, to: $0.shortened(to: Self.width)) + "\n" }.joined()
  }
}

extension String {
  fileprivate func ifEmpty(_ other: String) -> String { isEmpty ? other : self }
}
