internal import CKernelSupport
internal import KernelInterface

/// Transposes in strips of a cache line's columns, so that every cache line read is used whole.
func transposeMatrix(_ arguments: TransposeArguments) {
  let from = arguments.source
  let to = arguments.target
  let fromStride = arguments.sourceRowStride
  let toStride = arguments.targetRowStride
  let rows = arguments.rows
  let columns = arguments.columns
  guard rows >= 4, columns >= 4 else {
    for row in 0..<rows {
      for column in 0..<columns {
        to[column * toStride + row] = from[row * fromStride + column]
      }
    }
    return
  }
  let isPanel = rows == ProductArguments.panelColumns && toStride == rows
  var strip = 0
  while strip < columns {
    let end = min(strip + cacheLineFloats, columns)
    var row = 0
    while row < rows {
      // The last block may overlap the one before.
      let top = min(row, rows &- 4)
      // The next strip's part of each row: lines so far apart come unasked for from no cache.
      for line in 0..<4 {
        defend_prefetch(from, (top &+ line) &* fromStride &+ end)
      }
      if isPanel {
        // What it writes is 16 rows of two lines: four lines for every four of the 32 rows read.
        for line in 0..<4 {
          defend_prefetch_write(to, (end &+ row / 2) &* toStride &+ line &* cacheLineFloats)
        }
      }
      var column = strip
      while column < end {
        let left = min(column, columns &- 4)
        defend_transpose_block(
          from + (top &* fromStride &+ left), fromStride, to + (left &* toStride &+ top), toStride)
        column &+= 4
      }
      row &+= 4
    }
    strip = end
  }
}
