internal import KernelInterface

extension ProductArguments {
  /// The same product, restricted to a block of its result whose columns begin with a panel.
  func block(rows: Range<Int>, columns: Range<Int>) -> ProductArguments {
    var block = self
    block.rows = rows
    block.b += columns.lowerBound / Self.panelColumns * bPanelStride
    block.c += columns.lowerBound / Self.panelColumns * cPanelStride
    block.c += columns.lowerBound % Self.panelColumns
    block.gate = gate.map { $0 + columns.lowerBound }
    block.columns = columns.count
    return block
  }
}

extension Range<Int> {
  /// Calls `body` for the range cut into blocks of about the same length, at most `length`.
  ///
  /// - Parameter unit: what the length of every block but the last is a multiple of.
  func forEachBlock(of length: Int, unit: Int = 1, _ body: (Range<Int>) -> Void) {
    let blocks = (count + length - 1) / length
    let units = (count + unit - 1) / unit
    for block in 0..<blocks {
      body(
        lowerBound + units * block / blocks
          * unit..<Swift.min(upperBound, lowerBound + units * (block + 1) / blocks * unit))
    }
  }
}
