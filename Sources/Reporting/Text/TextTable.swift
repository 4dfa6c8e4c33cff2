/// Lines of cells in aligned columns.
///
/// ```swift
/// var table = TextTable(columns: [.leading, .trailing])
/// table.addRow(["checkpoint", "accuracy"])
/// table.addRule()
/// table.addRow(["baseline", "98.12 %"])
/// print(table.text())
/// ```
public struct TextTable: Sendable {
  /// The side of a column at which its cells stand.
  public enum Alignment: Hashable, Sendable {
    case leading, trailing
  }

  /// The text of one cell; control characters in it are replaced.
  public struct Cell: Hashable, Sendable, ExpressibleByStringLiteral {
    let text: String
    let emphasis: Emphasis

    public init(_ text: String) {
      self.init(text, .none)
    }

    public init(stringLiteral text: String) {
      self.init(text, .none)
    }

    package init(_ text: String, _ emphasis: Emphasis) {
      self.text = text.printable
      self.emphasis = emphasis
    }

    /// The cell filled with spaces to a width, which colours must not count towards.
    func padded(to width: Int, _ alignment: Alignment, style: TextStyle) -> String {
      let spaces = String(repeating: " ", count: max(0, width - text.displayWidth))
      let shown = style.applying(emphasis, to: text)
      return alignment == .leading ? shown + spaces : spaces + shown
    }
  }

  private enum Line: Sendable {
    case cells([Cell])
    case heading(Cell)
    case rule
  }

  private let alignments: [Alignment]
  private let indentation: Int
  private let spacing: Int
  private var lines: [Line] = []

  /// - Parameters:
  ///   - columns: The alignment of every column.
  ///   - indentation: Spaces before every line.
  ///   - spacing: Spaces between columns.
  public init(columns: [Alignment], indentation: Int = 0, spacing: Int = 2) {
    precondition(!columns.isEmpty, "TextTable: a table needs a column")
    alignments = columns
    self.indentation = indentation
    self.spacing = spacing
  }

  /// Adds a line of cells, one a column.
  public mutating func addRow(_ cells: [Cell]) {
    precondition(
      cells.count == alignments.count,
      "TextTable.addRow: \(cells.count) cells for \(alignments.count) columns")
    lines.append(.cells(cells))
  }

  /// Adds a line that runs across all columns and widens none of them.
  public mutating func addHeading(_ cell: Cell) {
    lines.append(.heading(cell))
  }

  /// Adds a horizontal rule as wide as the columns.
  public mutating func addRule() {
    lines.append(.rule)
  }

  /// The terminal columns that the table's cells take; headings may be wider.
  package var width: Int {
    columnWidths.reduce(indentation + spacing * (alignments.count - 1), +)
  }

  /// The table, with a line break after every line and no spaces at their ends.
  public func text(style: TextStyle = .plain) -> String {
    let widths = columnWidths
    let rule = String(repeating: "─", count: width - indentation)
    return lines.map { line in
      let shown =
        switch line {
        case .cells(let cells): row(cells, widths: widths, style: style)
        case .heading(let cell): style.applying(cell.emphasis, to: cell.text)
        case .rule: style.applying(.secondary, to: rule)
        }
      return shown.isEmpty ? "\n" : String(repeating: " ", count: indentation) + shown + "\n"
    }.joined()
  }

  private var columnWidths: [Int] {
    lines.reduce(into: alignments.map { _ in 0 }) { widths, line in
      guard case .cells(let cells) = line else { return }
      for (column, cell) in cells.enumerated() {
        widths[column] = max(widths[column], cell.text.displayWidth)
      }
    }
  }

  private func row(_ cells: [Cell], widths: [Int], style: TextStyle) -> String {
    // Nothing is printed behind the last cell that holds text.
    let used = (cells.lastIndex { !$0.text.isEmpty } ?? -1) + 1
    let shown = cells[..<used].enumerated().map { column, cell in
      let isLast = column == used - 1 && alignments[column] == .leading
      return cell.padded(to: isLast ? 0 : widths[column], alignments[column], style: style)
    }
    return shown.joined(separator: String(repeating: " ", count: spacing))
  }
}
