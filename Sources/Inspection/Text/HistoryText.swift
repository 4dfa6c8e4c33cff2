internal import Configurations
internal import Evaluation
internal import Reporting

/// A training's history: a table with a row for each epoch, a curve for each of its columns, and what
/// happened meanwhile.
struct HistoryText {
  private let history: TrainingHistory
  private let deliveredEpoch: Int

  private static let curveWidth = 40

  init(_ history: TrainingHistory, deliveredEpoch: Int) {
    self.history = history
    self.deliveredEpoch = deliveredEpoch
  }

  func text(style: TextStyle) -> String {
    guard !history.epochs.isEmpty else { return "" }
    let tables = TextTable.split(history.columns.count, width: InspectionText.width) {
      table(Array(history.columns[$0]))
    }.map { $0.text(style: style) }
    let title = style.applying(.strong, to: "history") + "\n"
    return ([title + tables.joined(separator: "\n")] + [curves(style), events(style)])
      .filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private func table(_ columns: [TrainingHistory.Column]) -> TextTable {
    var table = TextTable(
      columns: [.trailing] + columns.map { _ in .trailing } + [.leading], indentation: 2)
    let heads = columns.map(\.heading)
    // A group's name stands above the first of its columns.
    let groups = heads.enumerated().map { index, head in
      index > 0 && heads[index - 1].group == head.group ? "" : head.group
    }
    if groups.contains(where: { !$0.isEmpty }) {
      table.addRow([""] + groups.map { .init($0, .strong) } + [""])
    }
    table.addRow([.init("epoch", .strong)] + heads.map { .init($0.name, .strong) } + [""])
    table.addRule()
    let cells = columns.map { Self.cells(of: $0) }
    for (row, epoch) in history.epochs.enumerated() {
      let isDelivered = epoch == "\(deliveredEpoch)"
      table.addRow(
        [.init(epoch.shortened(to: 10))]
          + cells.map { .init($0[row], isDelivered ? .strong : .none) }
          + [.init(isDelivered ? "← delivered" : "", .better)])
    }
    return table
  }

  private static func cells(of column: TrainingHistory.Column) -> [String] {
    if let numbers = column.numbers {
      let format = NumberColumn(column)
      return numbers.map { $0.map(format.text) ?? "–" }
    }
    return column.values.map { ($0?.plainText ?? "–").printable.shortened(to: 20) }
  }

  /// The first value, the curve, the last value, and the best one of a loss or an accuracy.
  private func curves(_ style: TextStyle) -> String {
    guard history.epochs.count > 1 else { return "" }
    var table = TextTable(
      columns: [.leading, .trailing, .leading, .trailing, .leading], indentation: 2)
    for column in history.columns {
      let numbers = column.numbers ?? []
      let known = numbers.enumerated().compactMap { row, number in number.map { (row, $0) } }
      // What never changes, such as a constant rate, is no curve.
      guard let first = known.first, let last = known.last,
        known.contains(where: { $0.1 != first.1 })
      else { continue }
      let format = NumberColumn(column)
      table.addRow([
        .init(column.title), .init(format.text(first.1)),
        .init(Sparkline(numbers, width: Self.curveWidth).text, .better),
        .init(format.text(last.1)), .init(best(column, known, format), .secondary),
      ])
    }
    return table.text(style: style)
  }

  private func best(
    _ column: TrainingHistory.Column, _ known: [(Int, Double)], _ format: NumberColumn
  ) -> String {
    guard column.isAccuracy || column.isLoss else { return "" }
    // The first of equals.
    let best = known.reduce(known[0]) { best, next in
      (column.isLoss ? next.1 < best.1 : next.1 > best.1) ? next : best
    }
    let word = column.isLoss ? "lowest" : "highest"
    return "\(word) \(format.text(best.1)) in epoch \(history.epochs[best.0])"
  }

  private func events(_ style: TextStyle) -> String {
    guard !history.events.isEmpty else { return "" }
    let lines = history.events.flatMap { event -> [String] in
      let place = ["epoch \(event.epoch)", event.step.map { "step \($0.words)" }]
        .compactMap(\.self).joined(separator: ", ")
      let details = event.details.isEmpty ? nil : "(\(JSONValue.words(event.details)))"
      let words = [event.message, details].compactMap(\.self).joined(separator: " ").printable
      let kind = event.kind.map { KeyWords.text($0).printable } ?? ""
      let label = [place.printable, kind].filter { !$0.isEmpty }.joined(separator: ": ")
      let all = (label + (words.isEmpty ? "" : ": " + words)).wrapped(to: InspectionText.width - 4)
      return all.enumerated().map { index, line in
        guard index == 0 else { return "    " + line }
        let marked = line.hasPrefix(label) ? label : ""
        return "  " + style.applying(.caution, to: marked) + line.dropFirst(marked.count)
      }
    }
    return style.applying(.strong, to: "events") + "\n"
      + lines.map { $0 + "\n" }.joined()
  }
}

extension TrainingHistory.Column {
  /// The head in two lines: what the figure is of, and what it is. Beside a sign of per cent, an
  /// accuracy need not be called one.
  var heading: (group: String, name: String) {
    let words = words
    guard words.count > 1 else { return ("", words.first ?? "value") }
    let groupCount = path.count > 1 ? path.dropLast().flatMap(KeyWords.words).count : 1
    return (
      words.prefix(groupCount).joined(separator: " ").printable.shortened(to: 24),
      words.dropFirst(groupCount).joined(separator: " ").printable.shortened(to: 24)
    )
  }

  /// The head in one line.
  var title: String {
    words.joined(separator: " ").printable.shortened(to: 30)
  }

  private var words: [String] {
    let words = path.flatMap(KeyWords.words)
    return words.count > 1 && words.last == "accuracy" ? words.dropLast() : words
  }
}
