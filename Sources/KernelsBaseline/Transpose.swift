internal import CKernelSupport
internal import KernelInterface

/// Transposes in strips of 16 columns, so that every cache line read is used whole.
func transposeMatrix(_ arguments: TransposeArguments) {
  let from = arguments.source
  let to = arguments.target
  let fromStride = arguments.sourceRowStride
  let toStride = arguments.targetRowStride
  let rows = arguments.rows
  let columns = arguments.columns
  let wholeRows = rows & ~3
  var strip = 0
  while strip < columns {
    let end = min(strip + 16, columns)
    var row = 0
    while row < wholeRows {
      var column = strip
      while column + 4 <= end {
        defend_transpose_block(
          from + (row * fromStride + column), fromStride, to + (column * toStride + row), toStride)
        column += 4
      }
      while column < end {
        for i in row..<row + 4 { to[column * toStride + i] = from[i * fromStride + column] }
        column += 1
      }
      row += 4
    }
    while row < rows {
      for j in strip..<end { to[j * toStride + row] = from[row * fromStride + j] }
      row += 1
    }
    strip = end
  }
}
