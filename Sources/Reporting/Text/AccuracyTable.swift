internal import Evaluation

/// The figures of every checkpoint under one suite: a column for the clean images and for each ε.
struct AccuracyTable {
  let report: Report
  let suite: String

  private static let indentation = 2

  /// The tables, as many as the radii need at this width; the clean figures stand in each.
  func text(style: TextStyle, width: Int) -> String {
    let epsilons = report.epsilons(of: suite)
    return TextTable.split(epsilons.count, width: width) {
      table(epsilons: Array(epsilons[$0]), width: width)
    }.map { $0.text(style: style) }.joined(separator: "\n")
  }

  private func table(epsilons: [Double], width: Int) -> TextTable {
    let columns = epsilons.count + 1
    var table = TextTable(
      columns: [.leading] + Array(repeating: .trailing, count: columns),
      indentation: Self.indentation)
    let heads = ["clean"] + epsilons.map { "ε = " + Figures.epsilon($0) }
    table.addRow([""] + heads.map { TextTable.Cell($0, .strong) })
    table.addRule()
    for (index, checkpoint) in report.checkpoints.enumerated() {
      if index > 0 { table.addHeading("") }
      let label = Report.label(index) + " "
      let path = checkpoint.path.printable
      table.addHeading(
        .init(label + path.shortened(to: width - Self.indentation - label.count), .strong))
      addFigures(of: checkpoint, epsilons: epsilons, to: &table)
      // Under a path that is listed twice, such as a checkpoint beside itself, the comparison
      // belongs to the later entry.
      guard report.checkpoints.lastIndex(where: { $0.path == checkpoint.path }) == index else {
        continue
      }
      for comparison in report.comparisons where comparison.candidate == checkpoint.path {
        addComparison(comparison, epsilons: epsilons, to: &table)
      }
    }
    return table
  }

  private func addFigures(
    of checkpoint: Report.Checkpoint, epsilons: [Double], to table: inout TextTable
  ) {
    let robust = epsilons.map { checkpoint.figure(suite, $0) }
    let accuracies = [checkpoint.clean] + robust.map { $0?.accuracy }
    addRow("accuracy", accuracies.map { cell($0, .none) { Figures.percent($0.accuracy) } }, &table)
    addRow(
      "interval, %", accuracies.map { cell($0) { Figures.percentRange($0.interval) } }, &table)
    addRow("correct", accuracies.map { cell($0) { "\($0.correct)/\($0.count)" } }, &table)
    guard !epsilons.isEmpty else { return }
    let noise = robust.map { figure in cell(figure?.noise) { Figures.percent($0.accuracy) } }
    if robust.contains(where: { $0?.noise != nil }) {
      addRow("under noise", [""] + noise, &table)
    }
    let worst = robust.map { figure in
      cell(figure?.worstClass) { "\(Figures.percent($0.accuracy.accuracy)) (\($0.name))" }
    }
    if robust.contains(where: { $0?.worstClass != nil }) {
      addRow("worst class", [""] + worst, &table)
    }
    addStages(of: robust, to: &table)
    let verified = robust.map { figure in
      cell(figure?.verification, figure?.verification.rejected == 0 ? .secondary : .caution) {
        "\($0.verified)/\($0.claimed)"
      }
    }
    addRow("verified examples", [""] + verified, &table)
  }

  /// What each attack broke, where there are several.
  private func addStages(of robust: [Report.RobustAccuracy?], to table: inout TextTable) {
    let stages = robust.map { $0?.stages ?? [] }
    let names = stages.max { $0.count < $1.count }?.map(\.attack) ?? []
    guard names.count > 1 else { return }
    for (place, name) in names.enumerated() {
      let cells = stages.map { stages in
        // Nothing is tried where nothing may change.
        let stage = place < stages.count && stages[0].tried > 0 ? stages[place] : nil
        return cell(stage) {
          "\($0.broken)/\($0.tried) → \(Figures.percent($0.remaining.accuracy))"
        }
      }
      addRow("broken by " + name.shortened(to: 26), [""] + cells, &table)
    }
  }

  private func addComparison(
    _ comparison: Report.Comparison, epsilons: [Double], to table: inout TextTable
  ) {
    let pairs =
      [comparison.clean]
      + epsilons.map { epsilon in
        comparison.robust.first { $0.attack == suite && $0.epsilon == epsilon }?.comparison
      }
    let baseline = report.label(of: comparison.baseline).shortened(to: 10)
    addRow(
      "points vs \(baseline)",
      pairs.map { cell($0, emphasis(of: $0)) { Figures.signed($0.differencePoints) } }, &table)
    addRow(
      "interval, points", pairs.map { cell($0) { Figures.signedRange($0.intervalPoints) } }, &table)
    addRow(
      "lost / gained",
      pairs.map { cell($0) { "\($0.onlyBaselineCorrect) / \($0.onlyCandidateCorrect)" } }, &table)
    addRow("p", pairs.map { cell($0) { Figures.probability($0.pValue) } }, &table)
  }

  private func addRow(_ label: String, _ cells: [TextTable.Cell], _ table: inout TextTable) {
    table.addRow([TextTable.Cell("  " + label)] + cells)
  }

  private func cell<Figure>(
    _ figure: Figure?, _ emphasis: Emphasis = .secondary, _ format: (Figure) -> String
  ) -> TextTable.Cell {
    figure.map { TextTable.Cell(format($0), emphasis) } ?? TextTable.Cell("–", .secondary)
  }

  /// A colour only for a difference that chance does not explain at the report's level.
  private func emphasis(of pair: PairedComparison?) -> Emphasis {
    guard let pair, pair.pValue < 1 - report.confidence.rawValue else { return .none }
    return pair.differencePoints < 0 ? .worse : .better
  }
}
