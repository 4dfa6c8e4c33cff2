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
  guard rows >= 4, columns >= 4 else {
    for row in 0..<rows {
      for column in 0..<columns {
        to[column * toStride + row] = from[row * fromStride + column]
      }
    }
    return
  }
  var strip = 0
  while strip < columns {
    let end = min(strip + 16, columns)
    var row = 0
    while row < rows {
      // The last block may overlap the one before.
      let top = min(row, rows &- 4)
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
