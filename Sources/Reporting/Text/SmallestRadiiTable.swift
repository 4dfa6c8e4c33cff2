internal import Evaluation

/// The smallest radii that break a share of the images: a row for each checkpoint.
struct SmallestRadiiTable {
  let report: Report
  let radii: [Report.SmallestRadii]

  private static let nameWidth = 45

  /// What the figures are, above them.
  static let heading = "smallest ε found to break a share of the images, those wrong unharmed at 0"

  /// `5 %`, `25 %`, …
  var heads: [String] {
    (radii.first?.quantiles ?? []).map { Figures.fixed(100 * $0.share, decimals: 0) + " %" }
      + ["unbroken"]
  }

  func cells(of entry: Report.SmallestRadii) -> [String] {
    entry.quantiles.map { $0.epsilon.map { Figures.fixed($0, decimals: 4) } ?? "–" }
      + ["\(entry.unbroken)/\(entry.count)"]
  }

  func text(style: TextStyle) -> String {
    var table = TextTable(columns: [.leading] + heads.map { _ in .trailing }, indentation: 2)
    table.addRow([""] + heads.map { TextTable.Cell($0, .strong) })
    table.addRule()
    for entry in radii {
      let label = report.label(of: entry.checkpoint)
      let prefix = label == entry.checkpoint ? "" : label + " "
      let path = entry.checkpoint.printable.shortened(to: Self.nameWidth - prefix.count)
      table.addRow([TextTable.Cell(prefix + path)] + cells(of: entry).map { TextTable.Cell($0) })
    }
    return style.applying(.strong, to: Self.heading) + "\n" + table.text(style: style)
  }
}
