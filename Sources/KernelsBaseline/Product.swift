internal import CKernelSupport
internal import KernelInterface

// A register tile is a value built by joining rows, and a row by pairing vectors. Once specialised,
// every accumulator is a variable of its own and stays in a register. All of it stands in this file
// because generics are specialised only within a file when a module is not compiled as a whole.

#if KERNELS_AVX512 || arch(arm64)
  /// The rows of a full tile: there are 32 registers.
  private let fullTileRows = 12
  /// Segments of fewer rows share tiles, which costs some speed.
  private let shortSegment = 6
  /// The longest stretch of k that is worked off at once where B's part of it is in one piece.
  private let panelDepthBlock = 256
#else
  // 16 registers.
  private let fullTileRows = 6
  private let shortSegment = 3
  private let panelDepthBlock = 512
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

/// The accumulators of rows that are addressed from one pointer into A.
private protocol RowGroup {
  associatedtype Columns: TileColumns
  static var count: Int { get }
  /// - Parameter rows: where the group's rows are in A.
  init(_ rows: inout AxisCursor)
  mutating func load(_ source: UnsafePointer<Float>, _ rowStride: Int, tail: Int)
  func store(_ target: UnsafeMutablePointer<Float>, _ rowStride: Int, tail: Int)
  mutating func addProducts(_ a: UnsafePointer<Float>, _ rowStride: Int, _ b: Columns)
}

/// The accumulators of a tile, with the pointers that its groups of rows walk along the depth.
private protocol TileRows {
  associatedtype Columns: TileColumns
  static var count: Int { get }
  /// - Parameter rows: where the tile's rows are in A.
  init(_ rows: inout AxisCursor)
  mutating func load(_ source: UnsafePointer<Float>, _ rowStride: Int, tail: Int)
  func store(_ target: UnsafeMutablePointer<Float>, _ rowStride: Int, tail: Int)
  /// Where the first group is.
  var place: UnsafePointer<Float> { get }
  /// Begins at a place of A.
  mutating func start(at a: UnsafePointer<Float>, _ rowStride: Int)
  mutating func advance(by distance: Int)
  /// - Parameter distance: from where the tile is on the depth.
  mutating func addProducts(at distance: Int, _ rowStride: Int, _ b: Columns)
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

private struct SingleRow<Columns: TileColumns, Place: RowPlace>: RowGroup {
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

/// Groups that share the pointer too.
private struct JoinedGroups<Upper: RowGroup, Lower: RowGroup>: RowGroup
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
    lower.addProducts(a + Upper.count &* rowStride, rowStride, b)
  }
}

/// The distance of a group's rows in A.
private protocol RowSpacing {
  /// - Parameter count: the rows of the group.
  init(_ rows: inout AxisCursor, count: Int)
  /// Where the group is, besides the row strides that lead to it.
  var offset: Int { get }
  func stride(_ rowStride: Int) -> Int
}

/// Any, or that of scattered rows.
private struct AnySpacing: RowSpacing {
  @inline(__always) init(_ rows: inout AxisCursor, count: Int) {}
  var offset: Int { @inline(__always) get { 0 } }
  @inline(__always) func stride(_ rowStride: Int) -> Int { rowStride }
}

/// Neighbouring elements, anywhere: the row stride is 0.
private struct UnitSpacing: RowSpacing {
  let offset: Int

  @inline(__always) init(_ rows: inout AxisCursor, count: Int) {
    offset = rows.offset
    rows.advance(by: count)
  }

  @inline(__always) func stride(_ rowStride: Int) -> Int { 1 }
}

/// A group with its pointer. The compiler forgets how it was made: so it keeps this one in a
/// register, and not a pointer for each row, most of them on the stack.
private struct Walk<Rows: RowGroup, Spacing: RowSpacing>: TileRows {
  private var rows: Rows
  private let spacing: Spacing
  private(set) var place = UnsafePointer<Float>(bitPattern: MemoryLayout<Float>.alignment)!

  @inline(__always) static var count: Int { Rows.count }

  @inline(__always) init(_ rows: inout AxisCursor) {
    spacing = Spacing(&rows, count: Rows.count)
    self.rows = Rows(&rows)
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
  mutating func start(at a: UnsafePointer<Float>, _ rowStride: Int) {
    place = defend_base(a + spacing.offset)
  }

  @inline(__always)
  mutating func advance(by distance: Int) { place = defend_base(place + distance) }

  @inline(__always)
  mutating func addProducts(at distance: Int, _ rowStride: Int, _ b: Rows.Columns) {
    rows.addProducts(place + distance, spacing.stride(rowStride), b)
  }
}

private struct JoinedRows<Upper: TileRows, Lower: TileRows>: TileRows
where Upper.Columns == Lower.Columns {
  var upper: Upper
  var lower: Lower

  @inline(__always) static var count: Int { Upper.count + Lower.count }
  var place: UnsafePointer<Float> { @inline(__always) get { upper.place } }

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
  mutating func start(at a: UnsafePointer<Float>, _ rowStride: Int) {
    upper.start(at: a, rowStride)
    lower.start(at: a + Upper.count &* rowStride, rowStride)
  }

  @inline(__always)
  mutating func advance(by distance: Int) {
    upper.advance(by: distance)
    lower.advance(by: distance)
  }

  @inline(__always)
  mutating func addProducts(at distance: Int, _ rowStride: Int, _ b: Upper.Columns) {
    upper.addProducts(at: distance, rowStride, b)
    lower.addProducts(at: distance, rowStride, b)
  }
}

private typealias OneVector = PartialColumns
private typealias TwoVectors = PairedColumns<FullColumns, FullColumns>
private typealias TwoVectorsPartial = PairedColumns<FullColumns, PartialColumns>

private typealias Group2<R: RowGroup> = JoinedGroups<R, R>
private typealias Group3<R: RowGroup> = JoinedGroups<Group2<R>, R>
private typealias Group4<R: RowGroup> = JoinedGroups<Group3<R>, R>
private typealias Group5<R: RowGroup> = JoinedGroups<Group3<R>, Group2<R>>
private typealias Group6<R: RowGroup> = JoinedGroups<Group3<R>, Group3<R>>
private typealias Group7<R: RowGroup> = JoinedGroups<Group3<R>, Group4<R>>
private typealias Group8<R: RowGroup> = JoinedGroups<Group3<R>, Group5<R>>
private typealias Group9<R: RowGroup> = JoinedGroups<Group3<R>, Group6<R>>
private typealias Group10<R: RowGroup> = JoinedGroups<Group3<R>, Group7<R>>
private typealias Group11<R: RowGroup> = JoinedGroups<Group3<R>, Group8<R>>
private typealias Group12<R: RowGroup> = JoinedGroups<Group3<R>, Group9<R>>

private typealias Neighbours<R: RowGroup> = Walk<R, UnitSpacing>

// Three rows are one base with no, one and two strides: what one address can say.
private typealias Rows1<R: RowGroup> = Walk<R, AnySpacing>
private typealias Rows2<R: RowGroup> = Walk<Group2<R>, AnySpacing>
private typealias Rows3<R: RowGroup> = Walk<Group3<R>, AnySpacing>
private typealias Rows4<R: RowGroup> = JoinedRows<Rows3<R>, Rows1<R>>
private typealias Rows5<R: RowGroup> = JoinedRows<Rows3<R>, Rows2<R>>
private typealias Rows6<R: RowGroup> = JoinedRows<Rows3<R>, Rows3<R>>
private typealias Rows7<R: RowGroup> = JoinedRows<Rows3<R>, Rows4<R>>
private typealias Rows8<R: RowGroup> = JoinedRows<Rows3<R>, Rows5<R>>
private typealias Rows9<R: RowGroup> = JoinedRows<Rows3<R>, Rows6<R>>
private typealias Rows10<R: RowGroup> = JoinedRows<Rows3<R>, Rows7<R>>
private typealias Rows11<R: RowGroup> = JoinedRows<Rows3<R>, Rows8<R>>
private typealias Rows12<R: RowGroup> = JoinedRows<Rows3<R>, Rows9<R>>

/// How a tile's rows go on along the depth.
private protocol DepthStep {
  /// Whether the elements are neighbours.
  static var isUnit: Bool { get }
  /// The elements of a segment if there are few, else 0.
  static var shortSegment: Int { get }
}

extension DepthStep {
  @inline(__always) static var shortSegment: Int { 0 }
}

private enum UnitStep: DepthStep {
  @inline(__always) static var isUnit: Bool { true }
}

private enum AnyStep: DepthStep {
  @inline(__always) static var isUnit: Bool { false }
}

/// Segments of a few neighbours, as the windows on an image of one channel have them.
private enum ShortSegments<let length: Int>: DepthStep {
  @inline(__always) static var isUnit: Bool { true }
  @inline(__always) static var shortSegment: Int { length }
}

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
  let updateDistance: Int
  /// The number of columns in the last vector.
  let tail: Int
}

/// The depth from which a tile takes so long that its result's memory can be brought in meanwhile.
private let deepTile = 64

/// One tile of the panel, from the registers' first zero to the last store.
@inline(__always)
private func multiply<Rows: TileRows, Step: DepthStep>(
  _: Rows.Type, _: Step.Type, _ panel: borrowing Panel, _ rows: inout AxisCursor,
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
  if panel.updateDistance != 0 {
    for row in 0..<Rows.count {
      let updated = c + (row &* panel.cRowStride &+ panel.updateDistance)
      defend_claim(updated)
      if Rows.Columns.width > cacheLineFloats { defend_claim(updated + cacheLineFloats) }
    }
  }
  var remaining = panel.depth.count
  var b = panel.b
  var start = AxisCursor(panel.depthAxis, at: panel.depth.lowerBound)
  if Step.shortSegment > 0 {
    // What else a segment costs would be a third of it.
    tile.start(at: a + start.offset, aRowStride)
    for _ in 0..<remaining / Step.shortSegment {
      for _ in 0..<Step.shortSegment {
        // Neighbouring rows and steps have elements in common: more than registers could keep.
        tile.addProducts(at: 0, aRowStride, Rows.Columns(loading: b, tail: tail))
        tile.advance(by: 1)
        b = defend_base(b + panel.bRowStride)
      }
      tile.advance(by: panel.depthAxis.segmentStride &- Step.shortSegment)
    }
    remaining = 0
  }
  let step = Step.isUnit ? 1 : panel.depthAxis.stride
  while remaining > 0 {
    let count = min(start.remaining, remaining)
    tile.start(at: a + start.offset, aRowStride)
    #if KERNELS_AVX512 || arch(arm64)
      addProductsAhead(to: &tile, aRowStride, step, &b, panel.bRowStride, tail, count)
    #else
      addProducts(to: &tile, Step.self, aRowStride, step, &b, panel.bRowStride, tail, count)
    #endif
    remaining &-= count
    start.advance(by: count)
  }
  tile.store(c, panel.cRowStride, tail: tail)
}

#if KERNELS_AVX512 || arch(arm64)
  /// How far ahead the columns of A and the rows of B are brought to the cache.
  private let columnsAhead = 8
  private let rowsAhead = 48

  /// A stretch of the depth. There is time for hints between so many products.
  @inline(__always)
  private func addProductsAhead<Rows: TileRows>(
    to tile: inout Rows, _ aRowStride: Int, _ step: Int,
    _ b: inout UnsafePointer<Float>, _ bRowStride: Int, _ tail: Int, _ count: Int
  ) {
    // At distances of large powers of two the columns of a transposed A push each other out of the
    // cache. The tile's part of a column may lie in two lines.
    let ahead = columnsAhead &* step
    // The variables that another core has just updated come from far.
    let bAhead = count > rowsAhead ? rowsAhead &* bRowStride : 0
    for k in 0..<count {
      // Behind A may be what another core is about to write.
      let aAhead = k < count &- columnsAhead ? ahead : 0
      defend_prefetch(tile.place, aAhead)
      defend_prefetch(tile.place, aAhead &+ 15)
      defend_prefetch(b, bAhead)
      defend_prefetch(b, bAhead &+ Vector.scalarCount)
      tile.addProducts(at: 0, aRowStride, Rows.Columns(loading: b, tail: tail))
      tile.advance(by: step)
      b += bRowStride
    }
  }
#else
  /// A stretch of the depth, four steps at a time. Narrow vectors are short of instructions, not of
  /// memory: where the core's other thread takes every second one, each that is saved counts.
  @inline(__always)
  private func addProducts<Rows: TileRows, Step: DepthStep>(
    to tile: inout Rows, _: Step.Type, _ aRowStride: Int, _ step: Int,
    _ b: inout UnsafePointer<Float>, _ bRowStride: Int, _ tail: Int, _ count: Int
  ) {
    for _ in 0..<count / 4 {
      for k in 0..<4 {
        tile.addProducts(
          at: Step.isUnit ? k : 0, aRowStride, Rows.Columns(loading: b, tail: tail))
        if !Step.isUnit { tile.advance(by: step) }
        b = defend_base(b + bRowStride)
      }
      if Step.isUnit { tile.advance(by: 4) }
    }
    for _ in 0..<count % 4 {
      tile.addProducts(at: 0, aRowStride, Rows.Columns(loading: b, tail: tail))
      tile.advance(by: step)
      b = defend_base(b + bRowStride)
    }
  }
#endif

/// Tiles of rows whose elements are neighbours along the depth. They lie within one segment and are
/// as even as they can be.
@inline(__always)
private func multiplyRows<C: TileColumns>(
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
      let step = UnitStep.self
      typealias Row = SingleRow<C, EvenPlace>
      switch count {
      case 1: multiply(Rows1<Row>.self, step, panel, &cursor, a: a, aRowStride: s, c: c)
      case 2: multiply(Rows2<Row>.self, step, panel, &cursor, a: a, aRowStride: s, c: c)
      case 3: multiply(Rows3<Row>.self, step, panel, &cursor, a: a, aRowStride: s, c: c)
      case 4: multiply(Rows4<Row>.self, step, panel, &cursor, a: a, aRowStride: s, c: c)
      case 5: multiply(Rows5<Row>.self, step, panel, &cursor, a: a, aRowStride: s, c: c)
      case 6: multiply(Rows6<Row>.self, step, panel, &cursor, a: a, aRowStride: s, c: c)
      #if KERNELS_AVX512 || arch(arm64)
        case 7: multiply(Rows7<Row>.self, step, panel, &cursor, a: a, aRowStride: s, c: c)
        case 8: multiply(Rows8<Row>.self, step, panel, &cursor, a: a, aRowStride: s, c: c)
        case 9: multiply(Rows9<Row>.self, step, panel, &cursor, a: a, aRowStride: s, c: c)
        case 10: multiply(Rows10<Row>.self, step, panel, &cursor, a: a, aRowStride: s, c: c)
        case 11: multiply(Rows11<Row>.self, step, panel, &cursor, a: a, aRowStride: s, c: c)
        default: multiply(Rows12<Row>.self, step, panel, &cursor, a: a, aRowStride: s, c: c)
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

#if !(KERNELS_AVX512 || arch(arm64))
  /// The length of the depth's segments if they are short, of neighbours and whole; else 0.
  @inline(__always)
  private func shortSegment(of panel: borrowing Panel) -> Int {
    let (axis, depth) = (panel.depthAxis, panel.depth)
    let length = axis.segmentLength
    guard axis.stride == 1, (3...5).contains(length) else { return 0 }
    return depth.lowerBound % length == 0 && depth.upperBound % length == 0 ? length : 0
  }
#endif

/// Tiles of rows that are neighbours in every step of the depth, as those of a transposed A are.
@inline(__always)
private func multiplyNeighbours<C: TileColumns>(
  _: C.Type, _ panel: borrowing Panel, rowAxis: SegmentedAxis, rows: Range<Int>
) {
  var cursor = AxisCursor(rowAxis, at: rows.lowerBound)
  var row = rows.lowerBound
  #if !(KERNELS_AVX512 || arch(arm64))
    let segment = shortSegment(of: panel)
  #endif
  while row < rows.upperBound {
    let end = row + min(rows.upperBound - row, cursor.remaining)
    var tiles = (end - row + fullTileRows - 1) / fullTileRows
    while tiles > 0 {
      let count = (end - row + tiles - 1) / tiles
      let a = panel.a
      let c = panel.c + row &* panel.cRowStride
      let step = AnyStep.self
      typealias R = SingleRow<C, EvenPlace>
      switch count {
      case 1: multiply(Neighbours<R>.self, step, panel, &cursor, a: a, aRowStride: 0, c: c)
      case 2: multiply(Neighbours<Group2<R>>.self, step, panel, &cursor, a: a, aRowStride: 0, c: c)
      case 3: multiply(Neighbours<Group3<R>>.self, step, panel, &cursor, a: a, aRowStride: 0, c: c)
      case 4: multiply(Neighbours<Group4<R>>.self, step, panel, &cursor, a: a, aRowStride: 0, c: c)
      case 5: multiply(Neighbours<Group5<R>>.self, step, panel, &cursor, a: a, aRowStride: 0, c: c)
      #if KERNELS_AVX512 || arch(arm64)
        case 6:
          multiply(Neighbours<Group6<R>>.self, step, panel, &cursor, a: a, aRowStride: 0, c: c)
        case 7:
          multiply(Neighbours<Group7<R>>.self, step, panel, &cursor, a: a, aRowStride: 0, c: c)
        case 8:
          multiply(Neighbours<Group8<R>>.self, step, panel, &cursor, a: a, aRowStride: 0, c: c)
        case 9:
          multiply(Neighbours<Group9<R>>.self, step, panel, &cursor, a: a, aRowStride: 0, c: c)
        case 10:
          multiply(Neighbours<Group10<R>>.self, step, panel, &cursor, a: a, aRowStride: 0, c: c)
        case 11:
          multiply(Neighbours<Group11<R>>.self, step, panel, &cursor, a: a, aRowStride: 0, c: c)
        default:
          multiply(Neighbours<Group12<R>>.self, step, panel, &cursor, a: a, aRowStride: 0, c: c)
      #else
        default:
          typealias Full = Neighbours<Group6<R>>
          switch segment {
          case 3:
            multiply(Full.self, ShortSegments<3>.self, panel, &cursor, a: a, aRowStride: 0, c: c)
          case 4:
            multiply(Full.self, ShortSegments<4>.self, panel, &cursor, a: a, aRowStride: 0, c: c)
          case 5:
            multiply(Full.self, ShortSegments<5>.self, panel, &cursor, a: a, aRowStride: 0, c: c)
          default: multiply(Full.self, step, panel, &cursor, a: a, aRowStride: 0, c: c)
          }
      #endif
      }
      row += count
      tiles -= 1
    }
  }
}

#if KERNELS_AVX512 || arch(arm64)
  /// Tiles of two short segments of neighbours, as the windows of an image of one channel have them.
  @inline(__always)
  private func multiplyPairs<C: TileColumns>(
    _: C.Type, _ panel: borrowing Panel, rowAxis: SegmentedAxis, rows: Range<Int>
  ) {
    var cursor = AxisCursor(rowAxis, at: rows.lowerBound)
    let a = panel.a
    let length = rowAxis.segmentLength
    var row = rows.lowerBound
    typealias R = SingleRow<C, EvenPlace>
    typealias Pair<G: RowGroup> = JoinedRows<Neighbours<G>, Neighbours<G>>
    let step = AnyStep.self
    while row + 2 &* length <= rows.upperBound {
      let c = panel.c + row &* panel.cRowStride
      switch length {
      case 3: multiply(Pair<Group3<R>>.self, step, panel, &cursor, a: a, aRowStride: 0, c: c)
      case 4: multiply(Pair<Group4<R>>.self, step, panel, &cursor, a: a, aRowStride: 0, c: c)
      default: multiply(Pair<Group5<R>>.self, step, panel, &cursor, a: a, aRowStride: 0, c: c)
      }
      row += 2 &* length
    }
    multiplyNeighbours(C.self, panel, rowAxis: rowAxis, rows: row..<rows.upperBound)
  }
#endif

/// Tiles of rows anywhere.
@inline(__always)
private func multiplyScatteredRows<C: TileColumns>(
  _: C.Type, _ panel: borrowing Panel, rowAxis: SegmentedAxis, rows: Range<Int>
) {
  var cursor = AxisCursor(rowAxis, at: rows.lowerBound)
  var row = rows.lowerBound
  while row < rows.upperBound {
    let a = panel.a
    let c = panel.c + row &* panel.cRowStride
    let step = AnyStep.self
    typealias Row = SingleRow<C, ScatteredPlace>
    switch rows.upperBound - row {
    #if KERNELS_AVX512 || arch(arm64)
      case 8...:
        multiply(Rows1<Group8<Row>>.self, step, panel, &cursor, a: a, aRowStride: 0, c: c)
        row += 8
    #endif
    case 4...:
      multiply(Rows1<Group4<Row>>.self, step, panel, &cursor, a: a, aRowStride: 0, c: c)
      row += 4
    default:
      multiply(Rows1<Row>.self, step, panel, &cursor, a: a, aRowStride: 0, c: c)
      row += 1
    }
  }
}

@inline(__always)
private func multiply<C: TileColumns>(
  _: C.Type, _ panel: borrowing Panel, rowAxis: SegmentedAxis, rows: Range<Int>
) {
  let segment = rowAxis.segmentLength
  #if KERNELS_AVX512 || arch(arm64)
    if rowAxis.stride == 1, (3...5).contains(segment), rows.lowerBound % segment == 0,
      rows.count % segment == 0
    {
      return multiplyPairs(C.self, panel, rowAxis: rowAxis, rows: rows)
    }
  #endif
  if segment < min(shortSegment, rows.count) {
    multiplyScatteredRows(C.self, panel, rowAxis: rowAxis, rows: rows)
  } else if rowAxis.stride == 1 {
    multiplyNeighbours(C.self, panel, rowAxis: rowAxis, rows: rows)
  } else if panel.depthAxis.stride == 1 {
    multiplyRows(C.self, panel, rowAxis: rowAxis, rows: rows)
  } else {
    multiplyScatteredRows(C.self, panel, rowAxis: rowAxis, rows: rows)
  }
}

/// The longest stretch of k that is worked off at once where B's rows are far apart.
private let depthBlock = 1024

/// The fewest rows that pay for a copy of B.
private let rowsWorthCopying = 2 * fullTileRows

/// The product, without the terms whose factor in A is 0 where that is faster.
func matrixProduct(_ arguments: ProductArguments) {
  if hasManyZeros(arguments) {
    multiplyNonzeros(arguments)
  } else {
    multiplyDense(arguments)
  }
}

/// The product with all its terms, and 0 behind the gate.
func multiplyDense(_ arguments: ProductArguments) {
  multiplyAll(arguments)
  guard let gate = arguments.gate else { return }
  for row in arguments.rows {
    let place = row &* arguments.cRowStride
    let (open, c) = (gate + place, arguments.c + place)
    var column = 0
    while column &+ Vector.scalarCount <= arguments.columns {
      let isOpen = UnsafeRawPointer(open + column).loadUnaligned(as: Vector.self) .> .zero
      let value = UnsafeRawPointer(c + column).loadUnaligned(as: Vector.self)
      UnsafeMutableRawPointer(c + column).storeBytes(
        of: Vector.zero.replacing(with: value, where: isOpen), as: Vector.self)
      column &+= Vector.scalarCount
    }
    while column < arguments.columns {
      if !(open[column] > 0) { c[column] = 0 }
      column &+= 1
    }
  }
}

/// The product, block of depth by block of depth, in each of them panel by panel of columns.
/// Splitting the depth continues each chain from the stored value.
func multiplyAll(_ arguments: ProductArguments) {
  // Two panels side by side are near enough.
  let isInPieces =
    arguments.bPanelStride == ProductArguments.panelColumns
    && arguments.bRowStride > 2 * ProductArguments.panelColumns
  let isLong = arguments.rows.count >= rowsWorthCopying
  guard isInPieces && isLong || paysForCopiedRows(arguments) else {
    // The rows of one tile meet each element of B once.
    let isOneTile = arguments.rows.count <= fullTileRows
    multiplyBlocks(
      arguments, copyTo: nil,
      length: isInPieces ? depthBlock : isOneTile ? max(1, arguments.depth) : panelDepthBlock)
    return
  }
  var arguments = arguments
  withUnsafeMutablePointer(to: &arguments) { context in
    defend_with_scratch(context) { context, scratch in
      let arguments = context.assumingMemoryBound(to: ProductArguments.self).pointee
      let copy = scratch.assumingMemoryBound(to: Float.self)
      guard paysForCopiedRows(arguments) else {
        return multiplyBlocks(arguments, copyTo: copy, length: panelDepthBlock)
      }
      forEachCopyOfRows(arguments, copyTo: copy + copiedColumnsLength) { arguments in
        multiplyBlocks(arguments, copyTo: copy, length: panelDepthBlock)
      }
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
        copyColumns(b, bRowStride, count: range.count, width: width, to: copy)
        b = UnsafePointer(copy)
        bRowStride = 2 * lanes
      }
      let panel = Panel(
        a: arguments.a, depthAxis: arguments.depthAxis, depth: range, b: b,
        bRowStride: bRowStride,
        c: arguments.c + column / ProductArguments.panelColumns * arguments.cPanelStride
          + column % ProductArguments.panelColumns,
        cRowStride: arguments.cRowStride,
        accumulates: arguments.accumulates || block > 0, updateDistance: arguments.updateDistance,
        tail: (width - 1) % lanes + 1)
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
