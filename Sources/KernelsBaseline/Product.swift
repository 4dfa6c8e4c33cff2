internal import CKernelSupport
internal import KernelInterface

// A register tile is a value built by joining rows, and a row by pairing vectors. Once specialised,
// every accumulator is a variable of its own and stays in a register.

/// The rows of a full tile. AVX-512 and NEON have 32 registers, AVX2 and SSE have 16.
#if KERNELS_AVX512 || arch(arm64)
  private let fullTileRows = 12
#else
  private let fullTileRows = 6
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

/// Walks along a segmented axis without dividing at every step.
private struct AxisCursor {
  let axis: SegmentedAxis
  var segmentOffset: Int
  var position: Int

  init(_ axis: SegmentedAxis, at index: Int) {
    self.axis = axis
    segmentOffset = 0
    position = index
    if index >= axis.segmentLength {
      segmentOffset = index / axis.segmentLength &* axis.segmentStride
      position = index % axis.segmentLength
    }
  }

  @inline(__always) mutating func next() -> Int {
    let offset = segmentOffset &+ position &* axis.stride
    position &+= 1
    let ends = position == axis.segmentLength
    segmentOffset = ends ? segmentOffset &+ axis.segmentStride : segmentOffset
    position = ends ? 0 : position
    return offset
  }
}

/// The accumulators of a tile, with the offset of each of its rows in A.
private protocol TileRows {
  associatedtype Columns: TileColumns
  static var count: Int { get }
  init(_ rows: inout AxisCursor)
  mutating func load(_ source: UnsafePointer<Float>, _ rowStride: Int, tail: Int)
  func store(_ target: UnsafeMutablePointer<Float>, _ rowStride: Int, tail: Int)
  mutating func addProducts(_ a: UnsafePointer<Float>, _ b: Columns)
}

private struct SingleRow<Columns: TileColumns>: TileRows {
  let offset: Int
  var columns: Columns

  @inline(__always) static var count: Int { 1 }

  @inline(__always) init(_ rows: inout AxisCursor) {
    offset = rows.next()
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

  @inline(__always) mutating func addProducts(_ a: UnsafePointer<Float>, _ b: Columns) {
    columns.addProduct(Vector(repeating: a[offset]), b)
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

  @inline(__always) mutating func addProducts(_ a: UnsafePointer<Float>, _ b: Upper.Columns) {
    upper.addProducts(a, b)
    lower.addProducts(a, b)
  }
}

private typealias OneVector = PartialColumns
private typealias TwoVectors = PairedColumns<FullColumns, FullColumns>
private typealias TwoVectorsPartial = PairedColumns<FullColumns, PartialColumns>
private typealias FourVectors = PairedColumns<TwoVectors, TwoVectors>

private typealias Rows1<C: TileColumns> = SingleRow<C>
private typealias Rows2<C: TileColumns> = JoinedRows<Rows1<C>, Rows1<C>>
private typealias Rows3<C: TileColumns> = JoinedRows<Rows2<C>, Rows1<C>>
private typealias Rows4<C: TileColumns> = JoinedRows<Rows2<C>, Rows2<C>>
private typealias Rows5<C: TileColumns> = JoinedRows<Rows4<C>, Rows1<C>>
private typealias Rows6<C: TileColumns> = JoinedRows<Rows4<C>, Rows2<C>>
private typealias Rows7<C: TileColumns> = JoinedRows<Rows4<C>, Rows3<C>>
private typealias Rows8<C: TileColumns> = JoinedRows<Rows4<C>, Rows4<C>>
private typealias Rows9<C: TileColumns> = JoinedRows<Rows8<C>, Rows1<C>>
private typealias Rows10<C: TileColumns> = JoinedRows<Rows8<C>, Rows2<C>>
private typealias Rows11<C: TileColumns> = JoinedRows<Rows8<C>, Rows3<C>>
private typealias Rows12<C: TileColumns> = JoinedRows<Rows8<C>, Rows4<C>>

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

/// The next rows of the panel, from the registers' first zero to the last store.
@inline(__always)
private func tile<Rows: TileRows>(
  _: Rows.Type, _ panel: borrowing Panel, _ rows: inout AxisCursor,
  _ c: UnsafeMutablePointer<Float>
) {
  let tail = panel.tail
  var tile = Rows(&rows)
  if panel.accumulates { tile.load(c, panel.cRowStride, tail: tail) }
  let axis = panel.depthAxis
  var remaining = panel.depth.count
  var b = panel.b
  let bRowStride = panel.bRowStride
  var start = AxisCursor(axis, at: panel.depth.lowerBound)
  while remaining > 0 {
    var a = panel.a + start.segmentOffset + start.position &* axis.stride
    let count = min(axis.segmentLength &- start.position, remaining)
    for _ in 0..<count {
      tile.addProducts(a, Rows.Columns(loading: b, tail: tail))
      a += axis.stride
      b += bRowStride
    }
    remaining &-= count
    start.position = 0
    start.segmentOffset &+= axis.segmentStride
  }
  tile.store(c, panel.cRowStride, tail: tail)
}

/// All rows of the panel, in tiles as even as they can be.
@inline(__always)
private func product<C: TileColumns>(
  _: C.Type, _ panel: borrowing Panel, rowAxis: SegmentedAxis, rows: Range<Int>
) {
  var cursor = AxisCursor(rowAxis, at: rows.lowerBound)
  var row = rows.lowerBound
  var tiles = (rows.count + fullTileRows - 1) / fullTileRows
  while tiles > 0 {
    let count = (rows.upperBound - row + tiles - 1) / tiles
    let c = panel.c + row &* panel.cRowStride
    switch count {
    case 1: tile(Rows1<C>.self, panel, &cursor, c)
    case 2: tile(Rows2<C>.self, panel, &cursor, c)
    case 3: tile(Rows3<C>.self, panel, &cursor, c)
    case 4: tile(Rows4<C>.self, panel, &cursor, c)
    case 5: tile(Rows5<C>.self, panel, &cursor, c)
    case 6: tile(Rows6<C>.self, panel, &cursor, c)
    #if KERNELS_AVX512 || arch(arm64)
      case 7: tile(Rows7<C>.self, panel, &cursor, c)
      case 8: tile(Rows8<C>.self, panel, &cursor, c)
      case 9: tile(Rows9<C>.self, panel, &cursor, c)
      case 10: tile(Rows10<C>.self, panel, &cursor, c)
      case 11: tile(Rows11<C>.self, panel, &cursor, c)
      default: tile(Rows12<C>.self, panel, &cursor, c)
    #else
      default: break
    #endif
    }
    row += count
    tiles -= 1
  }
}

/// The longest stretch of k that is worked off at once: its parts of A and of B stay in the
/// second-level cache while they are reused.
private let depthBlock = 1024

/// The product, block of depth by block of depth, in each of them panel by panel of columns.
/// Splitting the depth continues each chain from the stored value.
func matrixProduct(_ arguments: ProductArguments) {
  let lanes = Vector.scalarCount
  let depth = arguments.depth
  let blocks = max(1, (depth + depthBlock - 1) / depthBlock)
  for block in 0..<blocks {
    let range = (depth * block / blocks)..<(depth * (block + 1) / blocks)
    var column = 0
    while column < arguments.columns {
      let width = min(arguments.columns - column, 2 * lanes)
      let panel = Panel(
        a: arguments.a, depthAxis: arguments.depthAxis, depth: range,
        b: arguments.b + range.lowerBound * arguments.bRowStride + column,
        bRowStride: arguments.bRowStride, c: arguments.c + column,
        cRowStride: arguments.cRowStride, accumulates: arguments.accumulates || block > 0,
        tail: (width - 1) % lanes + 1)
      if width == 2 * lanes {
        product(TwoVectors.self, panel, rowAxis: arguments.rowAxis, rows: arguments.rows)
      } else if width > lanes {
        product(TwoVectorsPartial.self, panel, rowAxis: arguments.rowAxis, rows: arguments.rows)
      } else {
        product(OneVector.self, panel, rowAxis: arguments.rowAxis, rows: arguments.rows)
      }
      column += width
    }
  }
}
