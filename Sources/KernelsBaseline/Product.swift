internal import CKernelSupport
internal import KernelInterface

// A register tile is a value built by joining rows, and a row by pairing vectors. Once specialised,
// every accumulator is a variable of its own and stays in a register. All of it stands in this file
// because generics are specialised only within a file when a module is not compiled as a whole.

/// The rows of a full tile. AVX-512 and NEON have 32 registers, AVX2 and SSE have 16.
#if KERNELS_AVX512 || arch(arm64)
  private let fullTileRows = 12
  /// Segments of fewer rows share tiles, which costs some speed.
  private let shortSegment = 6
#else
  private let fullTileRows = 6
  private let shortSegment = 4
#endif

/// One row of a tile's accumulators, or the same columns of a row of B.
private protocol TileColumns {
  static var width: Int { get }
  init()
  init(loading source: UnsafePointer<Float>, tail: Int)
  func store(to target: UnsafeMutablePointer<Float>, tail: Int)
  mutating func addProduct(_ a: Vector, _ b: Self)
}

/// A whole vector.
private struct FullColumns: TileColumns {
  var vector: Vector

  @inline(__always) static var width: Int { Vector.scalarCount }
  @inline(__always) init() { vector = .zero }

  @inline(__always) init(loading source: UnsafePointer<Float>, tail: Int) {
    vector = UnsafeRawPointer(source).loadUnaligned(as: Vector.self)
  }

  @inline(__always) func store(to target: UnsafeMutablePointer<Float>, tail: Int) {
    UnsafeMutableRawPointer(target).storeBytes(of: vector, as: Vector.self)
  }

  @inline(__always) mutating func addProduct(_ a: Vector, _ b: Self) {
    vector = defend_multiply_add(a, b.vector, vector)
  }
}

/// A vector of which only the first `tail` lanes are in memory.
private struct PartialColumns: TileColumns {
  var vector: Vector

  @inline(__always) static var width: Int { Vector.scalarCount }
  @inline(__always) init() { vector = .zero }

  @inline(__always) init(loading source: UnsafePointer<Float>, tail: Int) {
    vector = defend_load_prefix(source, tail)
  }

  @inline(__always) func store(to target: UnsafeMutablePointer<Float>, tail: Int) {
    defend_store_prefix(target, tail, vector)
  }

  @inline(__always) mutating func addProduct(_ a: Vector, _ b: Self) {
    vector = defend_multiply_add(a, b.vector, vector)
  }
}

/// Columns beside columns; the tail is the right ones'.
private struct PairedColumns<Left: TileColumns, Right: TileColumns>: TileColumns {
  var left: Left
  var right: Right

  @inline(__always) static var width: Int { Left.width + Right.width }

  @inline(__always) init() {
    left = Left()
    right = Right()
  }

  @inline(__always) init(loading source: UnsafePointer<Float>, tail: Int) {
    left = Left(loading: source, tail: tail)
    right = Right(loading: source + Left.width, tail: tail)
  }

  @inline(__always) func store(to target: UnsafeMutablePointer<Float>, tail: Int) {
    left.store(to: target, tail: tail)
    right.store(to: target + Left.width, tail: tail)
  }

  @inline(__always) mutating func addProduct(_ a: Vector, _ b: Self) {
    left.addProduct(a, b.left)
    right.addProduct(a, b.right)
  }
}

/// A place on a segmented axis.
private struct AxisCursor {
  let axis: SegmentedAxis
  var segmentOffset = 0
  var position: Int

  @inline(__always) init(_ axis: SegmentedAxis, at index: Int) {
    self.axis = axis
    position = index
    // Divisions are slow, and most walks begin in the first segment.
    if index >= axis.segmentLength {
      segmentOffset = index / axis.segmentLength &* axis.segmentStride
      position = index % axis.segmentLength
    }
  }

  var offset: Int {
    @inline(__always) get { segmentOffset &+ position &* axis.stride }
  }

  /// How many steps stay in the segment.
  var remaining: Int {
    @inline(__always) get { axis.segmentLength &- position }
  }

  /// Goes at most to the beginning of the next segment.
  @inline(__always) mutating func advance(by steps: Int) {
    position &+= steps
    let ends = position == axis.segmentLength
    segmentOffset = ends ? segmentOffset &+ axis.segmentStride : segmentOffset
    position = ends ? 0 : position
  }

  @inline(__always) mutating func next() -> Int {
    let offset = offset
    advance(by: 1)
    return offset
  }
}

/// The accumulators of a tile.
private protocol TileRows {
  associatedtype Columns: TileColumns
  static var count: Int { get }
  /// - Parameter rows: where the tile's rows are in A.
  init(_ rows: inout AxisCursor)
  mutating func load(_ source: UnsafePointer<Float>, _ rowStride: Int, tail: Int)
  func store(_ target: UnsafeMutablePointer<Float>, _ rowStride: Int, tail: Int)
  mutating func addProducts(_ a: UnsafePointer<Float>, _ rowStride: Int, _ b: Columns)
}

/// Where a row is, besides the row strides that lead to it.
private protocol RowPlace {
  init(_ rows: inout AxisCursor)
  var offset: Int { get }
}

/// Rows at even distances. This is the fast one: the addresses of all rows take a few registers,
/// where 12 offsets are loaded from the stack in every step.
private struct EvenPlace: RowPlace {
  @inline(__always) init(_ rows: inout AxisCursor) {}
  var offset: Int { @inline(__always) get { 0 } }
}

/// A row anywhere: the row stride is 0.
private struct ScatteredPlace: RowPlace {
  let offset: Int
  @inline(__always) init(_ rows: inout AxisCursor) { offset = rows.next() }
}

private struct SingleRow<Columns: TileColumns, Place: RowPlace>: TileRows {
  let place: Place
  var columns: Columns

  @inline(__always) static var count: Int { 1 }

  @inline(__always) init(_ rows: inout AxisCursor) {
    place = Place(&rows)
    columns = Columns()
  }

  @inline(__always)
  mutating func load(_ source: UnsafePointer<Float>, _ rowStride: Int, tail: Int) {
    columns = Columns(loading: source, tail: tail)
  }

  @inline(__always)
  func store(_ target: UnsafeMutablePointer<Float>, _ rowStride: Int, tail: Int) {
    columns.store(to: target, tail: tail)
  }

  @inline(__always)
  mutating func addProducts(_ a: UnsafePointer<Float>, _ rowStride: Int, _ b: Columns) {
    columns.addProduct(Vector(repeating: a[place.offset]), b)
  }
}

private struct JoinedRows<Upper: TileRows, Lower: TileRows>: TileRows
where Upper.Columns == Lower.Columns {
  var upper: Upper
  var lower: Lower

  @inline(__always) static var count: Int { Upper.count + Lower.count }

  @inline(__always) init(_ rows: inout AxisCursor) {
    upper = Upper(&rows)
    lower = Lower(&rows)
  }

  @inline(__always)
  mutating func load(_ source: UnsafePointer<Float>, _ rowStride: Int, tail: Int) {
    upper.load(source, rowStride, tail: tail)
    lower.load(source + Upper.count &* rowStride, rowStride, tail: tail)
  }

  @inline(__always)
  func store(_ target: UnsafeMutablePointer<Float>, _ rowStride: Int, tail: Int) {
    upper.store(target, rowStride, tail: tail)
    lower.store(target + Upper.count &* rowStride, rowStride, tail: tail)
  }

  @inline(__always)
  mutating func addProducts(_ a: UnsafePointer<Float>, _ rowStride: Int, _ b: Upper.Columns) {
    upper.addProducts(a, rowStride, b)
    let next = a + Upper.count &* rowStride
    // Three rows are one base with no, one and two strides: what one address can say.
    lower.addProducts(Upper.count == 3 ? defend_base(next) : next, rowStride, b)
  }
}

/// A segment of neighbouring elements of A, with one offset for all of its rows.
private struct Run<Rows: TileRows>: TileRows {
  private let offset: Int
  private var rows: Rows

  @inline(__always) static var count: Int { Rows.count }

  @inline(__always) init(_ rows: inout AxisCursor) {
    offset = rows.offset
    self.rows = Rows(&rows)
    rows.advance(by: Rows.count)
  }

  @inline(__always)
  mutating func load(_ source: UnsafePointer<Float>, _ rowStride: Int, tail: Int) {
    rows.load(source, rowStride, tail: tail)
  }

  @inline(__always)
  func store(_ target: UnsafeMutablePointer<Float>, _ rowStride: Int, tail: Int) {
    rows.store(target, rowStride, tail: tail)
  }

  @inline(__always)
  mutating func addProducts(_ a: UnsafePointer<Float>, _ rowStride: Int, _ b: Rows.Columns) {
    rows.addProducts(a + offset, 1, b)
  }
}

private typealias OneVector = PartialColumns
private typealias TwoVectors = PairedColumns<FullColumns, FullColumns>
private typealias TwoVectorsPartial = PairedColumns<FullColumns, PartialColumns>

private typealias Rows2<R: TileRows> = JoinedRows<R, R>
private typealias Rows3<R: TileRows> = JoinedRows<Rows2<R>, R>
private typealias Rows4<R: TileRows> = JoinedRows<Rows3<R>, R>
private typealias Rows5<R: TileRows> = JoinedRows<Rows3<R>, Rows2<R>>
private typealias Rows6<R: TileRows> = JoinedRows<Rows3<R>, Rows3<R>>
private typealias Rows7<R: TileRows> = JoinedRows<Rows3<R>, Rows4<R>>
private typealias Rows8<R: TileRows> = JoinedRows<Rows3<R>, Rows5<R>>
private typealias Rows9<R: TileRows> = JoinedRows<Rows3<R>, Rows6<R>>
private typealias Rows10<R: TileRows> = JoinedRows<Rows3<R>, Rows7<R>>
private typealias Rows11<R: TileRows> = JoinedRows<Rows3<R>, Rows8<R>>
private typealias Rows12<R: TileRows> = JoinedRows<Rows3<R>, Rows9<R>>

/// Some columns and some of the depth of a product.
private struct Panel {
  let a: UnsafePointer<Float>
  let depthAxis: SegmentedAxis
  let depth: Range<Int>
  let b: UnsafePointer<Float>
  let bRowStride: Int
  let c: UnsafeMutablePointer<Float>
  let cRowStride: Int
  let accumulates: Bool
  /// The number of columns in the last vector.
  let tail: Int
}

/// How far ahead the columns of A and the rows of B are brought to the cache.
private let columnsAhead = 8
private let rowsAhead = 48

/// The depth from which a tile takes so long that its result's memory can be brought in meanwhile.
private let deepTile = 64

/// One tile of the panel, from the registers' first zero to the last store.
@inline(__always)
private func multiply<Rows: TileRows>(
  _: Rows.Type, _ panel: borrowing Panel, _ rows: inout AxisCursor,
  a: UnsafePointer<Float>, aRowStride: Int, c: UnsafeMutablePointer<Float>
) {
  let tail = panel.tail
  var tile = Rows(&rows)
  if panel.accumulates { tile.load(c, panel.cRowStride, tail: tail) }
  // Memory that another core has read takes long to be written again.
  if panel.depth.count >= deepTile {
    for row in 0..<Rows.count {
      let c = c + row &* panel.cRowStride
      defend_prefetch_write(c, 0)
      if Rows.Columns.width > Vector.scalarCount { defend_prefetch_write(c, Vector.scalarCount) }
    }
  }
  var remaining = panel.depth.count
  var b = panel.b
  let bRowStride = panel.bRowStride
  var start = AxisCursor(panel.depthAxis, at: panel.depth.lowerBound)
  let step = panel.depthAxis.stride
  // At distances of large powers of two the columns of a transposed A push each other out of the
  // cache. The tile's part of a column may lie in two lines.
  let ahead = columnsAhead &* step
  // The variables that another core has just updated come from far.
  let bAhead = rowsAhead &* bRowStride
  while remaining > 0 {
    var a = a + start.offset
    let count = min(start.remaining, remaining)
    for _ in 0..<count {
      defend_prefetch(a, ahead)
      defend_prefetch(a, ahead &+ 15)
      defend_prefetch(b, bAhead)
      defend_prefetch(b, bAhead &+ Vector.scalarCount)
      tile.addProducts(defend_base(a), aRowStride, Rows.Columns(loading: b, tail: tail))
      a += step
      b += bRowStride
    }
    remaining &-= count
    start.advance(by: count)
  }
  tile.store(c, panel.cRowStride, tail: tail)
}

/// Tiles whose rows lie within one segment, as even as they can be.
@inline(__always)
private func multiplyEvenRows<C: TileColumns>(
  _: C.Type, _ panel: borrowing Panel, rowAxis: SegmentedAxis, rows: Range<Int>
) {
  var cursor = AxisCursor(rowAxis, at: rows.lowerBound)
  var row = rows.lowerBound
  while row < rows.upperBound {
    let end = row + min(rows.upperBound - row, cursor.remaining)
    var tiles = (end - row + fullTileRows - 1) / fullTileRows
    while tiles > 0 {
      let count = (end - row + tiles - 1) / tiles
      let a = panel.a + cursor.offset
      let c = panel.c + row &* panel.cRowStride
      let s = rowAxis.stride
      typealias Row = SingleRow<C, EvenPlace>
      switch count {
      case 1: multiply(Row.self, panel, &cursor, a: a, aRowStride: s, c: c)
      case 2: multiply(Rows2<Row>.self, panel, &cursor, a: a, aRowStride: s, c: c)
      case 3: multiply(Rows3<Row>.self, panel, &cursor, a: a, aRowStride: s, c: c)
      case 4: multiply(Rows4<Row>.self, panel, &cursor, a: a, aRowStride: s, c: c)
      case 5: multiply(Rows5<Row>.self, panel, &cursor, a: a, aRowStride: s, c: c)
      case 6: multiply(Rows6<Row>.self, panel, &cursor, a: a, aRowStride: s, c: c)
      #if KERNELS_AVX512 || arch(arm64)
        case 7: multiply(Rows7<Row>.self, panel, &cursor, a: a, aRowStride: s, c: c)
        case 8: multiply(Rows8<Row>.self, panel, &cursor, a: a, aRowStride: s, c: c)
        case 9: multiply(Rows9<Row>.self, panel, &cursor, a: a, aRowStride: s, c: c)
        case 10: multiply(Rows10<Row>.self, panel, &cursor, a: a, aRowStride: s, c: c)
        case 11: multiply(Rows11<Row>.self, panel, &cursor, a: a, aRowStride: s, c: c)
        default: multiply(Rows12<Row>.self, panel, &cursor, a: a, aRowStride: s, c: c)
      #else
        default: break
      #endif
      }
      cursor.advance(by: count)
      row += count
      tiles -= 1
    }
  }
}

/// Tiles across segments that are too short for tiles of their own.
@inline(__always)
private func multiplyScatteredRows<C: TileColumns>(
  _: C.Type, _ panel: borrowing Panel, rowAxis: SegmentedAxis, rows: Range<Int>
) {
  var cursor = AxisCursor(rowAxis, at: rows.lowerBound)
  var row = rows.lowerBound
  while row < rows.upperBound {
    let a = panel.a
    let c = panel.c + row &* panel.cRowStride
    typealias Row = SingleRow<C, ScatteredPlace>
    switch rows.upperBound - row {
    #if KERNELS_AVX512 || arch(arm64)
      case 8...:
        multiply(Rows8<Row>.self, panel, &cursor, a: a, aRowStride: 0, c: c)
        row += 8
    #endif
    case 4...:
      multiply(Rows4<Row>.self, panel, &cursor, a: a, aRowStride: 0, c: c)
      row += 4
    default:
      multiply(Row.self, panel, &cursor, a: a, aRowStride: 0, c: c)
      row += 1
    }
  }
}

/// Tiles of whole segments of 3 to 5 neighbouring elements, as the windows of an image of one
/// channel have them.
@inline(__always)
private func multiplyRuns<C: TileColumns>(
  _: C.Type, _ panel: borrowing Panel, rowAxis: SegmentedAxis, rows: Range<Int>
) {
  var cursor = AxisCursor(rowAxis, at: rows.lowerBound)
  let a = panel.a
  var c = panel.c + rows.lowerBound &* panel.cRowStride
  var remaining = rows.count / rowAxis.segmentLength
  typealias Row = SingleRow<C, EvenPlace>
  while remaining > 0 {
    #if KERNELS_AVX512 || arch(arm64)
      let runs = min(remaining, 2)
    #else
      let runs = 1
    #endif
    switch (rowAxis.segmentLength, runs) {
    case (3, 1): multiply(Run<Rows3<Row>>.self, panel, &cursor, a: a, aRowStride: 0, c: c)
    case (4, 1): multiply(Run<Rows4<Row>>.self, panel, &cursor, a: a, aRowStride: 0, c: c)
    case (5, 1): multiply(Run<Rows5<Row>>.self, panel, &cursor, a: a, aRowStride: 0, c: c)
    #if KERNELS_AVX512 || arch(arm64)
      case (3, _): multiply(Rows2<Run<Rows3<Row>>>.self, panel, &cursor, a: a, aRowStride: 0, c: c)
      case (4, _): multiply(Rows2<Run<Rows4<Row>>>.self, panel, &cursor, a: a, aRowStride: 0, c: c)
      case (5, _): multiply(Rows2<Run<Rows5<Row>>>.self, panel, &cursor, a: a, aRowStride: 0, c: c)
    #endif
    default: break
    }
    c += runs &* rowAxis.segmentLength &* panel.cRowStride
    remaining -= runs
  }
}

@inline(__always)
private func multiply<C: TileColumns>(
  _: C.Type, _ panel: borrowing Panel, rowAxis: SegmentedAxis, rows: Range<Int>
) {
  let segment = rowAxis.segmentLength
  if rowAxis.stride == 1, (3...5).contains(segment), rows.lowerBound % segment == 0,
    rows.count % segment == 0
  {
    multiplyRuns(C.self, panel, rowAxis: rowAxis, rows: rows)
  } else if rowAxis.segmentLength < min(shortSegment, rows.count) {
    multiplyScatteredRows(C.self, panel, rowAxis: rowAxis, rows: rows)
  } else {
    multiplyEvenRows(C.self, panel, rowAxis: rowAxis, rows: rows)
  }
}

/// The longest stretch of k that is worked off at once: B's part of it stays in the cache while the
/// rows go by, in the first level where it is in one piece.
private let depthBlock = 1024
private let panelDepthBlock = 256

/// The fewest rows that pay for a copy of B.
private let rowsWorthCopying = 2 * fullTileRows

/// The product, block of depth by block of depth, in each of them panel by panel of columns.
/// Splitting the depth continues each chain from the stored value.
func matrixProduct(_ arguments: ProductArguments) {
  // Two panels side by side are near enough.
  let isInPieces =
    arguments.bPanelStride == ProductArguments.panelColumns
    && arguments.bRowStride > 2 * ProductArguments.panelColumns
  guard isInPieces, arguments.rows.count >= rowsWorthCopying else {
    multiplyBlocks(arguments, copyTo: nil, length: isInPieces ? depthBlock : panelDepthBlock)
    return
  }
  var arguments = arguments
  withUnsafeMutablePointer(to: &arguments) { context in
    defend_with_scratch(context) { context, scratch in
      multiplyBlocks(
        context.assumingMemoryBound(to: ProductArguments.self).pointee,
        copyTo: scratch.assumingMemoryBound(to: Float.self), length: panelDepthBlock)
    }
  }
}

/// - Parameter copy: where panels of B are copied to, so that they are in one piece.
private func multiplyBlocks(
  _ arguments: ProductArguments, copyTo copy: UnsafeMutablePointer<Float>?, length: Int
) {
  let lanes = Vector.scalarCount
  let depth = arguments.depth
  let blocks = max(1, (depth + length - 1) / length)
  for block in 0..<blocks {
    let range = (depth * block / blocks)..<(depth * (block + 1) / blocks)
    var column = 0
    while column < arguments.columns {
      let width = min(arguments.columns - column, 2 * lanes)
      var b =
        arguments.b + range.lowerBound * arguments.bRowStride
        + column / ProductArguments.panelColumns * arguments.bPanelStride
        + column % ProductArguments.panelColumns
      var bRowStride = arguments.bRowStride
      if let copy {
        copyRows(b, bRowStride, count: range.count, width: width, to: copy)
        b = UnsafePointer(copy)
        bRowStride = 2 * lanes
      }
      let panel = Panel(
        a: arguments.a, depthAxis: arguments.depthAxis, depth: range, b: b,
        bRowStride: bRowStride, c: arguments.c + column, cRowStride: arguments.cRowStride,
        accumulates: arguments.accumulates || block > 0, tail: (width - 1) % lanes + 1)
      if width == 2 * lanes {
        multiply(TwoVectors.self, panel, rowAxis: arguments.rowAxis, rows: arguments.rows)
      } else if width > lanes {
        multiply(TwoVectorsPartial.self, panel, rowAxis: arguments.rowAxis, rows: arguments.rows)
      } else {
        multiply(OneVector.self, panel, rowAxis: arguments.rowAxis, rows: arguments.rows)
      }
      column += width
    }
  }
}

/// Rows of a panel, `2 · lanes` elements apart in the copy.
private func copyRows(
  _ source: UnsafePointer<Float>, _ rowStride: Int, count: Int, width: Int,
  to target: UnsafeMutablePointer<Float>
) {
  let lanes = Vector.scalarCount
  var from = source
  var to = target
  for _ in 0..<count {
    if width == 2 * lanes {
      FullColumns(loading: from, tail: lanes).store(to: to, tail: lanes)
      FullColumns(loading: from + lanes, tail: lanes).store(to: to + lanes, tail: lanes)
    } else if width > lanes {
      FullColumns(loading: from, tail: lanes).store(to: to, tail: lanes)
      PartialColumns(loading: from + lanes, tail: width - lanes)
        .store(to: to + lanes, tail: width - lanes)
    } else {
      PartialColumns(loading: from, tail: width).store(to: to, tail: width)
    }
    from += rowStride
    to += 2 * lanes
  }
}
