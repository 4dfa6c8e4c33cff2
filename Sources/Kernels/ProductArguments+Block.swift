internal import KernelInterface

extension ProductArguments {
  /// The same product, restricted to a block of its result.
  func block(rows: Range<Int>, columns: Range<Int>) -> ProductArguments {
    var block = self
    block.rows = rows
    block.b += columns.lowerBound
    block.c += columns.lowerBound
    block.columns = columns.count
    return block
  }
}

extension Range<Int> {
  /// Calls `body` for the range cut into blocks of about the same length, at most `length`.
  func forEachBlock(of length: Int, _ body: (Range<Int>) -> Void) {
    let blocks = (count + length - 1) / length
    for block in 0..<blocks {
      body(lowerBound + count * block / blocks..<lowerBound + count * (block + 1) / blocks)
    }
  }
}
