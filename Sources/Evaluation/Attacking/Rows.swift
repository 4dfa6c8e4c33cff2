/// Memory that holds a piece of the same size for every row of a batch.
struct Rows {
  private let start: UnsafeMutableRawPointer
  /// The size of a row.
  let byteCount: Int

  init(_ start: UnsafeMutableRawPointer, byteCount: Int) {
    self.start = start
    self.byteCount = byteCount
  }

  subscript(row: Int) -> UnsafeMutableRawPointer { start + row * byteCount }

  /// Copies a row of other memory with rows of this size.
  func copy(_ row: Int, of source: Rows, to target: Int) {
    self[target].copyMemory(from: source[row], byteCount: byteCount)
  }
}
