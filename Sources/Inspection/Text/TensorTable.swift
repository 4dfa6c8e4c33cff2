internal import Reporting

/// A row for each tensor: its shape, and what its values are like.
struct TensorTable {
  let tensors: [TensorSummary]

  private static let heads = ["mean", "std. dev.", "minimum", "maximum"]

  func text(style: TextStyle) -> String {
    // Names take what the other columns leave.
    let others = table(nameWidth: 1).width - 1
    return table(nameWidth: max(12, InspectionText.width - others)).text(style: style)
  }

  private func table(nameWidth: Int) -> TextTable {
    let hasBroken = tensors.contains { $0.notFinite > 0 }
    let heads = ["name", "type", "shape", "elements"] + Self.heads
    var table = TextTable(
      columns: [.leading, .leading, .trailing, .trailing] + Self.heads.map { _ in .trailing }
        + (hasBroken ? [.trailing] : []),
      indentation: 2)
    table.addRow((heads + (hasBroken ? ["not finite"] : [])).map { .init($0, .strong) })
    table.addRule()
    for tensor in tensors {
      let name = tensor.name.printable.shortened(to: nameWidth)
      let values = tensor.statistics.map {
        [$0.mean, $0.standardDeviation, $0.minimum, $0.maximum].map(Self.text)
      }
      var row: [TextTable.Cell] = [
        .init(name), .init(tensor.elementType, .secondary), .init(tensor.shape.extents),
        .init(tensor.count.grouped),
      ]
      row += (values ?? Self.heads.map { _ in "–" }).map { .init($0) }
      if hasBroken {
        row.append(.init(tensor.notFinite == 0 ? "" : tensor.notFinite.grouped, .caution))
      }
      table.addRow(row)
    }
    return table
  }

  /// Four decimals where they say something.
  private static func text(_ value: Double) -> String {
    let column: NumberColumn =
      switch value.magnitude {
      case 0: .short
      case 0.001..<100_000: .fixed(decimals: 4)
      default: .exponential
      }
    return column.text(value)
  }
}
