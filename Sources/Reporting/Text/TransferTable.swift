internal import Evaluation

/// One transfer matrix: a row for the checkpoint that examples were crafted on, a column for the one
/// they were tried on.
struct TransferTable {
  let report: Report
  let transfer: Report.Transfer

  private static let indentation = 2
  private static let rowNameWidth = 45
  private static let columnNameWidth = 9

  func text(style: TextStyle, width: Int) -> String {
    let tables = TextTable.split(transfer.targets.count, width: width) { table(targets: $0) }
      .map { $0.text(style: style) }
    let heading =
      "transfer (crafted on row, tried on column): \(transfer.attack.printable), "
      + "ε = \(Figures.epsilon(transfer.epsilon))"
    return style.applying(.strong, to: heading.shortened(to: width)) + "\n"
      + style.applying(
        .secondary, to: "robust accuracy of the column; • is the white box, crafted on itself")
      + "\n" + tables.joined(separator: "\n")
  }

  private func table(targets: Range<Int>) -> TextTable {
    var table = TextTable(
      columns: [.leading] + targets.map { _ in .trailing }, indentation: Self.indentation)
    let names = transfer.targets[targets].map {
      report.label(of: $0).printable.shortened(to: Self.columnNameWidth)
    }
    table.addRow([""] + names.map { TextTable.Cell($0, .strong) })
    table.addRule()
    for (row, source) in transfer.sources.enumerated() {
      let cells = targets.map { column in
        let isWhiteBox = source == transfer.targets[column]
        let share = Figures.percent(transfer.accuracies[row][column].accuracy)
        return TextTable.Cell(
          isWhiteBox ? "• " + share : share, isWhiteBox ? .secondary : .none)
      }
      table.addRow([TextTable.Cell(rowName(of: source))] + cells)
    }
    return table
  }

  /// The label and the path; the path alone where the report has no figures of the checkpoint.
  private func rowName(of path: String) -> String {
    let label = report.label(of: path)
    let prefix = label == path ? "" : label + " "
    return prefix + path.printable.shortened(to: Self.rowNameWidth - prefix.count)
  }
}
