public import Evaluation

/// A report as Markdown for the summary of a CI job: the verdict, the figures and the requirements
/// on one screen, and how it was attacked behind a fold.
public struct MarkdownReport: Sendable {
  private let report: Report

  public init(_ report: Report) {
    self.report = report
  }

  /// The whole text, with a line break after its last line.
  public var text: String {
    let parts =
      [title] + suites.map(figures) + [requirements, findings] + suites.map(worstClasses)
      + [details]
    return parts.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private var suites: [String] { report.suites.isEmpty ? [""] : report.suites }

  private var title: String {
    let symbol =
      report.gateText == nil ? "" : Self.symbol(of: report.outcome) + " "
    let words = [
      report.verdict.map { "\($0.rawValue)" }, report.gateText.map { "gate: \($0)" },
    ].compactMap(\.self)
    let title =
      "## \(symbol)defend eval"
      + (words.isEmpty ? "" : ": " + MarkdownText.escaped(words.joined(separator: " · ")))
    let verdict = report.verdictText.map { "**\(MarkdownText.escaped($0))**\n\n" } ?? ""
    return title + "\n\n" + verdict
      + MarkdownText.escaped(
        "\(report.datasetText) · \(report.threat.norm) · \(report.attacksText)") + "\n"
  }

  private static func symbol(of outcome: GateOutcome) -> String {
    switch outcome {
    case .pass: "✅"
    case .breached, .invalid: "❌"
    case .inconclusive: "⚠️"
    }
  }

  // MARK: Figures

  private func figures(_ suite: String) -> String {
    let epsilons = report.epsilons(of: suite)
    let head = ["checkpoint", "clean"] + epsilons.map { "ε = " + Figures.epsilon($0) }
    let checkpoints = report.checkpoints.enumerated().map { index, checkpoint in
      let accuracies =
        [checkpoint.clean]
        + epsilons.map { checkpoint.figure(suite, $0)?.accuracy }
      return [name(index, checkpoint.path)]
        + accuracies.map { accuracy in
          accuracy.map {
            "\(Figures.percent($0.accuracy))<br>\(Figures.percentRange($0.interval))"
          } ?? "–"
        }
    }
    let comparisons = report.comparisons.map { comparison in
      let pairs =
        [comparison.clean]
        + epsilons.map { epsilon in
          comparison.robust.first { $0.attack == suite && $0.epsilon == epsilon }?.comparison
        }
      let labels = [comparison.candidate, comparison.baseline].map { report.label(of: $0) }
      return [MarkdownText.escaped(labels.joined(separator: " − ") + ", points")]
        + pairs.map { pair in
          pair.map {
            "\(Figures.signed($0.differencePoints))<br>\(Figures.signedRange($0.intervalPoints))"
          } ?? "–"
        }
    }
    return MarkdownText.table(head, checkpoints + comparisons, figures: true)
  }

  private func name(_ index: Int, _ path: String) -> String {
    MarkdownText.escaped(Report.label(index)) + " " + MarkdownText.code(path)
  }

  private func worstClasses(_ suite: String) -> String {
    guard let epsilon = report.epsilons(of: suite).last else { return "" }
    let classes = report.checkpoints.enumerated().compactMap { index, checkpoint in
      checkpoint.figure(suite, epsilon)?.worstClass.map {
        "\(Report.label(index)) “\($0.name)” with \(Figures.percent($0.accuracy.accuracy))"
      }
    }
    guard !classes.isEmpty else { return "" }
    return MarkdownText.escaped(
      "Least robust class at ε \(Figures.epsilon(epsilon)): " + classes.joined(separator: ", ")
        + ".") + "\n"
  }

  // MARK: Requirements and findings

  private var requirements: String {
    let rows = report.gates.flatMap { entry in
      entry.gate.results.map { result in
        let name = report.gates.count > 1 ? report.label(of: entry.candidate) + " " : ""
        return [
          Self.symbol(of: result.status),
          MarkdownText.escaped(name) + MarkdownText.code(entry.option(of: result)),
          MarkdownText.escaped("\(result.status.rawValue): \(result.message)"),
        ]
      }
    }
    return rows.isEmpty
      ? "" : MarkdownText.table(["", "requirement", "result"], rows, figures: false)
  }

  private static func symbol(of status: RequirementResult.Status) -> String {
    switch status {
    case .met: "✅"
    case .breached: "❌"
    case .inconclusive: "⚠️"
    }
  }

  private var findings: String {
    report.findings.map { finding in
      let label = finding.severity == .invalid ? "❌ **invalid**" : "**note**"
      return "- \(label): \(MarkdownText.escaped(finding.message))\n"
    }.joined()
  }

  // MARK: Details

  private var details: String {
    let attacks = report.attacks.map { "- \(MarkdownText.escaped($0.sentence))\n" }.joined()
    let transfers = (report.transfer ?? []).map(transfer)
    let methods = (report.methods + ["data \(report.dataset.digest)"])
      .map { "- \(MarkdownText.escaped($0))\n" }.joined()
    let all = [attacks, stages, controls] + transfers + [smallestRadii, methods]
    let parts = all.filter { !$0.isEmpty }
    return "<details><summary>How it was attacked and measured</summary>\n\n"
      + parts.joined(separator: "\n") + "\n</details>\n"
  }

  /// Every checkpoint with every radius that has a figure.
  private func rows(
    _ row: (_ name: String, _ robust: Report.RobustAccuracy) -> [[String]]
  ) -> [[String]] {
    report.checkpoints.enumerated().flatMap { index, checkpoint in
      checkpoint.robust.flatMap { row(MarkdownText.escaped(Report.label(index)), $0) }
    }
  }

  private var stages: String {
    guard report.checkpoints.contains(where: { $0.robust.contains { $0.stages.count > 1 } }) else {
      return ""
    }
    let rows = rows { name, robust in
      robust.stages.map { stage in
        [
          name, Figures.epsilon(robust.epsilon), MarkdownText.escaped(stage.attack),
          "\(stage.tried)", "\(stage.broken)", Figures.percent(stage.remaining.accuracy),
        ]
      }
    }
    return MarkdownText.table(
      ["", "ε", "attack", "tried on", "broken", "accuracy after it"], rows, figures: true)
  }

  private var controls: String {
    let rows = rows { name, robust in
      let verification = robust.verification
      return [
        [
          name, Figures.epsilon(robust.epsilon),
          robust.noise.map { Figures.percent($0.accuracy) } ?? "–",
          robust.worstClass.map {
            "\(Figures.percent($0.accuracy.accuracy)) (\(MarkdownText.escaped($0.name)))"
          } ?? "–", "\(verification.verified)/\(verification.claimed)",
        ]
      ]
    }
    return rows.isEmpty
      ? ""
      : MarkdownText.table(
        ["", "ε", "under noise", "worst class", "verified examples"], rows, figures: true)
  }

  private var smallestRadii: String {
    guard let radii = report.smallestRadii else { return "" }
    let table = SmallestRadiiTable(report: report, radii: radii)
    let rows = radii.map {
      [MarkdownText.escaped(report.label(of: $0.checkpoint))] + table.cells(of: $0)
    }
    return MarkdownText.escaped(SmallestRadiiTable.heading) + "\n\n"
      + MarkdownText.table([""] + table.heads, rows, figures: true)
  }

  private func transfer(_ transfer: Report.Transfer) -> String {
    let labels = transfer.targets.map { MarkdownText.escaped(report.label(of: $0)) }
    let rows = zip(transfer.sources, transfer.accuracies).map { source, accuracies in
      [MarkdownText.escaped("made on \(report.label(of: source))")]
        + accuracies.map { Figures.percent($0.accuracy) }
    }
    let title = MarkdownText.escaped(
      "Transfer: \(transfer.attack), ε = \(Figures.epsilon(transfer.epsilon))")
    return title + "\n\n"
      + MarkdownText.table(["tried on"] + labels, rows, figures: true)
  }
}

extension Report.Checkpoint {
  /// The figures under a suite at a radius.
  func figure(_ suite: String, _ epsilon: Double) -> Report.RobustAccuracy? {
    robust.first { $0.attack == suite && $0.epsilon == epsilon }
  }
}
