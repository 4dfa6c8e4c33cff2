internal import CKernelSupport
internal import KernelInterface

// What a product reads again and again is copied where it lies badly: in pieces far apart, of which
// few fit into the first level of the cache at a time, and each on a page of its own.

/// How far ahead the rows of B and the columns of A are brought to the cache.
private let rowsAhead = 16
private let columnsAhead = 6

/// Copies `width` columns of B, at most two vectors; in the copy their rows are two vectors apart.
func copyColumns(
  _ source: UnsafePointer<Float>, _ rowStride: Int, count: Int, width: Int,
  to target: UnsafeMutablePointer<Float>
) {
  let lanes = Vector.scalarCount
  var from = source
  var to = target
  for _ in 0..<count {
    defend_prefetch(from, rowsAhead &* rowStride)
    if width == 2 * lanes {
      Vector(at: from).store(to: to)
      Vector(at: from + lanes).store(to: to + lanes)
    } else if width > lanes {
      Vector(at: from).store(to: to)
      Vector(at: from + lanes, count: width - lanes).store(to: to + lanes, count: width - lanes)
    } else {
      Vector(at: from, count: width).store(to: to, count: width)
    }
    from += rowStride
    to += 2 * lanes
  }
}

/// The scratch memory that copies of columns take (the longest stretch of depth, two vectors wide),
/// and that of copies of rows, in elements.
let copiedColumnsLength = 8 * 1024
private let copiedRowsLength = 24 * 1024

/// The rows of a tile of the copy, as many as a full tile has, and its longest depth.
private let tileRows = 6
private let copiedDepth = 256

/// Whether it pays to copy rows of a transposed A: where each column of A is on a page of its own,
/// and enough columns of B share the copy.
@inline(__always)
func paysForCopiedRows(_ arguments: ProductArguments) -> Bool {
  #if KERNELS_AVX512 || arch(arm64)
    // Larger tiles read A less often: copies have not paid.
    return false
  #else
    return arguments.rowAxis == SegmentedAxis(stride: 1) && arguments.depthAxis.stride >= 1024
      && arguments.depthAxis.segmentLength >= arguments.depth
      && arguments.columns >= 64 && arguments.depth >= 32 && arguments.rows.count >= 4 * tileRows
  #endif
}

/// Copies the rows of a transposed A, block by block, and calls `multiply` with the product of each
/// block. In the copy every tile of rows is in one piece.
@inline(__always)
func forEachCopyOfRows(
  _ arguments: ProductArguments, copyTo copy: UnsafeMutablePointer<Float>,
  multiply: (ProductArguments) -> Void
) {
  arguments.depth.forEachPart(of: copiedDepth) { depth in
    let mostRows = copiedRowsLength / depth.count / tileRows * tileRows
    var first = arguments.rows.lowerBound
    while first < arguments.rows.upperBound {
      let rows = min(mostRows, arguments.rows.upperBound - first)
      copyTiles(
        arguments.a + first + depth.lowerBound * arguments.depthAxis.stride,
        arguments.depthAxis.stride, depth: depth.count, rows: rows, to: copy)
      multiply(
        ProductArguments(
          a: copy,
          rowAxis: SegmentedAxis(
            stride: 1, segmentLength: tileRows, segmentStride: tileRows * depth.count),
          depthAxis: SegmentedAxis(stride: tileRows), depth: depth.count,
          b: arguments.b + depth.lowerBound * arguments.bRowStride,
          bRowStride: arguments.bRowStride, bPanelStride: arguments.bPanelStride,
          c: arguments.c + first * arguments.cRowStride, cRowStride: arguments.cRowStride,
          cPanelStride: arguments.cPanelStride, rows: 0..<rows, columns: arguments.columns,
          accumulates: arguments.accumulates || depth.lowerBound > 0,
          updateDistance: arguments.updateDistance))
      first += rows
    }
  }
}

/// `[depth, rows]` to tiles, `[⌈rows / 6⌉, depth, 6]`. Column by column: so each page is visited
/// once.
private func copyTiles(
  _ source: UnsafePointer<Float>, _ stride: Int, depth: Int, rows: Int,
  to target: UnsafeMutablePointer<Float>
) {
  let rest = rows % tileRows
  for k in 0..<depth {
    var from = source + k &* stride
    var to = target + k &* tileRows
    for _ in 0..<rows / tileRows {
      defend_prefetch(from, columnsAhead &* stride)
      UnsafeMutableRawPointer(to).storeBytes(
        of: UnsafeRawPointer(from).loadUnaligned(as: SIMD4<Float>.self), as: SIMD4<Float>.self)
      UnsafeMutableRawPointer(to + 4).storeBytes(
        of: UnsafeRawPointer(from + 4).loadUnaligned(as: SIMD2<Float>.self), as: SIMD2<Float>.self)
      from += tileRows
      to += tileRows &* depth
    }
    for row in 0..<rest { to[row] = from[row] }
  }
}

extension Int {
  /// Ranges that add up to `0..<self`, none longer than `length`.
  @inline(__always)
  func forEachPart(of length: Int, _ body: (Range<Int>) -> Void) {
    let parts = (self + length - 1) / length
    for part in 0..<parts { body(self * part / parts..<self * (part + 1) / parts) }
  }
}
