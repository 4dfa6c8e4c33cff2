extension TextTable {
  /// A wide table as several: `table` makes one of a range of columns, and every range holds as many
  /// as leave all of the tables at most `width` wide, but at least one.
  package static func split(
    _ columns: Int, width: Int, _ table: (Range<Int>) -> TextTable
  ) -> [TextTable] {
    guard columns > 0 else { return [table(0..<0)] }
    for size in stride(from: columns, to: 1, by: -1) {
      let tables = split(columns, into: size, table)
      if tables.allSatisfy({ $0.width <= width }) { return tables }
    }
    return split(columns, into: 1, table)
  }

  private static func split(
    _ columns: Int, into size: Int, _ table: (Range<Int>) -> TextTable
  ) -> [TextTable] {
    stride(from: 0, to: columns, by: size).map { table($0..<min($0 + size, columns)) }
  }
}
