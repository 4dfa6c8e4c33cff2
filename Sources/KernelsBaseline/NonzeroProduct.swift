internal import CKernelSupport
internal import KernelInterface

// Images have black pixels, and what went through ReLU, or its gradient, is 0 in many places. A term
// whose factor in A is 0 changes no sum: a product may leave it out. Such terms lie differently in
// each row, so rows are worked off one by one, with the columns of several vectors in registers.

/// The columns of a chunk: as many vectors as hide the latency of an addition.
private let chunkVectors = ProductArguments.chunkVectors
/// The last columns may be half a chunk.
private let halfVectors = chunkVectors / 2
private let halfColumns = halfVectors * Vector.scalarCount
private let chunkColumns = chunkVectors * Vector.scalarCount
private let panelVectors = ProductArguments.panelColumns / Vector.scalarCount
private let panelCount = chunkVectors / panelVectors
/// What columns are worked off in multiples of: half chunks that are whole panels.
private let columnUnit = halfVectors % panelVectors == 0 ? halfColumns : chunkColumns

/// The longest stretch of the depth, so that B's part of a chunk stays in the first level of cache.
private let stretch = 8192 / chunkColumns
private let wordLength = 64
private let wordCount = stretch / wordLength

/// Scratch memory, in elements: a bit for each element of A, a chunk of B, rows of a transposed A, and
/// sums.
private let bitsLength = 1024
private let chunkLength = chunkColumns * stretch
private let chunkPanelStride = stretch * ProductArguments.panelColumns
private let rowsLength = 20 * 1024
private let sumsLength = 3 * 1024
/// The rows that share a chunk.
private let rowLimit = min(rowsLength / stretch, bitsLength / 2 / wordCount)

/// Up to this share of nonzero elements it pays to skip the others.
private let (mostNonzeros, ofElements) = (11, 20)
private let probeCount = 8

/// Whether so many elements of A are 0 that they are better left out. Looks at some of them.
@inline(__always)
func hasManyZeros(_ arguments: ProductArguments) -> Bool {
  let (rowAxis, depthAxis) = (arguments.rowAxis, arguments.depthAxis)
  guard arguments.columns >= columnUnit, arguments.depth >= 8, arguments.rows.count >= 8,
    rowAxis.segmentLength >= arguments.rows.upperBound,
    depthAxis.segmentLength >= arguments.depth, rowAxis.stride == 1 || depthAxis.stride == 1
  else { return false }
  // Half a chunk takes up to as long as a whole one.
  let isHalf = arguments.columns < chunkColumns
  return someNonzeros(arguments) <= (isHalf ? mostNonzeros / 2 : mostNonzeros)
}

/// - Returns: the nonzeros of every 20 elements, rounded down.
private func someNonzeros(_ arguments: ProductArguments) -> Int {
  let isTransposed = arguments.depthAxis.stride != 1
  let rows = arguments.rows
  // Pieces of the lines of A as it is stored.
  let (lines, lineLength) =
    isTransposed ? (arguments.depth, rows.count) : (rows.count, arguments.depth)
  let stride = isTransposed ? arguments.depthAxis.stride : arguments.rowAxis.stride
  let first = arguments.a + rows.lowerBound &* arguments.rowAxis.stride
  let count = min(wordLength, lineLength)
  var nonzeros = 0
  for probe in 0..<probeCount {
    let place = (lineLength &- count) &* probe / (probeCount - 1)
    let line = first + lines &* probe / probeCount &* stride
    nonzeros &+= nonzeroBits(line, from: place, to: place &+ count).nonzeroBitCount
  }
  return nonzeros &* ofElements / (count &* probeCount)
}

@inline(__always)
private func wordBits(_ elements: UnsafePointer<Float>) -> UInt64 {
  UInt64(defend_nonzero_bits(elements)) | UInt64(defend_nonzero_bits(elements + 32)) &<< 32
}

/// A bit for every element that is not 0, of 64 elements from a place on or those that there are.
@inline(__always)
private func nonzeroBits(
  _ elements: UnsafePointer<Float>, from place: Int, to end: Int
) -> UInt64 {
  let count = end &- place
  if count >= wordLength { return wordBits(elements + place) }
  if count <= 0 { return 0 }
  if end >= wordLength {
    return wordBits(elements + (end &- wordLength))
      &>> UInt64(truncatingIfNeeded: wordLength &- count)
  }
  return nonzeroBits(elements + place, count: count)
}

/// A bit for every element that is not 0, of 1 to 64 behind which there is memory for whole vectors.
@inline(__always)
private func nonzeroBits(ofPadded elements: UnsafePointer<Float>, count: Int) -> UInt64 {
  var bits: UInt64 = 0
  for place in stride(from: 0, to: count, by: Vector.scalarCount) {
    bits |=
      UInt64(defend_nonzero_lanes(load(elements + place)))
      &<< UInt64(truncatingIfNeeded: place)
  }
  return bits & .max &>> UInt64(truncatingIfNeeded: wordLength &- count)
}

/// The product without the terms whose factor in A is 0, with the bits of ``multiplyAll``: that one
/// is asked where those terms do count, because B is not finite there or a sum vanished from below,
/// to −0, which they may change to +0.
func multiplyNonzeros(_ arguments: ProductArguments) {
  var arguments = arguments
  withUnsafeMutablePointer(to: &arguments) { context in
    defend_with_scratch(context) { context, scratch in
      let arguments = context.assumingMemoryBound(to: ProductArguments.self).pointee
      arguments.rows.count.forEachPart(of: rowLimit) { rows in
        let first = arguments.rows.lowerBound
        multiplyNonzeros(
          arguments, rows: first + rows.lowerBound..<first + rows.upperBound,
          Scratch(scratch.assumingMemoryBound(to: Float.self)))
      }
    }
  }
  let columns = arguments.columns / columnUnit * columnUnit
  guard columns < arguments.columns else { return }
  arguments.b += columns / ProductArguments.panelColumns * arguments.bPanelStride
  arguments.c += columns / ProductArguments.panelColumns * arguments.cPanelStride
  arguments.gate = arguments.gate.map { $0 + columns }
  arguments.columns -= columns
  multiplyDense(arguments)
}

// Those of `Vector` are in another file, so that only an optimised build would inline them here.

@inline(__always)
private func load(_ source: UnsafePointer<Float>) -> Vector {
  UnsafeRawPointer(source).loadUnaligned(as: Vector.self)
}

@inline(__always)
private func store(_ vector: Vector, to target: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(target).storeBytes(of: vector, as: Vector.self)
}

private struct Scratch {
  /// `[rows, words]`
  let bits: UnsafeMutablePointer<UInt64>
  /// `[panels, stretch, 32]`
  let chunk: UnsafeMutablePointer<Float>
  /// `[rows, stretch]`
  let rows: UnsafeMutablePointer<Float>
  /// `[rows, columns]`
  let sums: UnsafeMutablePointer<Float>

  init(_ scratch: UnsafeMutablePointer<Float>) {
    bits = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: UInt64.self)
    chunk = scratch + bitsLength
    rows = chunk + chunkLength
    sums = rows + rowsLength
  }
}

private func multiplyNonzeros(
  _ arguments: ProductArguments, rows: Range<Int>, _ scratch: Scratch
) {
  var arguments = arguments
  arguments.a += rows.lowerBound * arguments.rowAxis.stride
  arguments.c += rows.lowerBound * arguments.cRowStride
  arguments.gate = arguments.gate.map { $0 + rows.lowerBound * arguments.cRowStride }
  arguments.rows = 0..<rows.count
  let columns = arguments.columns / columnUnit * columnUnit
  guard paysForSums(arguments, columns: columns) else {
    return multiplyStretches(arguments, scratch)
  }
  var sums = arguments
  sums.c = scratch.sums
  (sums.cRowStride, sums.cPanelStride) = (columns, ProductArguments.panelColumns)
  multiplyStretches(sums, scratch)
  for row in arguments.rows {
    for column in stride(from: 0, to: columns, by: Vector.scalarCount) {
      let (panel, place) = (
        column / ProductArguments.panelColumns, column % ProductArguments.panelColumns
      )
      store(
        load(sums.c + (row &* columns &+ column)),
        to: arguments.c
          + (row &* arguments.cRowStride &+ panel &* arguments.cPanelStride &+ place))
    }
  }
}

/// Whether sums better become those of all stretches before they are stored. Few rows are shared by
/// columns, and where another core writes beside these, lines come and go with every store.
private func paysForSums(_ arguments: ProductArguments, columns: Int) -> Bool {
  arguments.depth > stretch && arguments.rows.count * columns <= sumsLength
    && !arguments.accumulates && arguments.gate == nil && arguments.updateDistance == 0
}

/// The product for rows that fit the scratch memory.
private func multiplyStretches(_ arguments: ProductArguments, _ scratch: Scratch) {
  arguments.depth.forEachPart(of: stretch) { depth in
    var part = arguments
    part.a += depth.lowerBound * part.depthAxis.stride
    part.b += depth.lowerBound * part.bRowStride
    part.depth = depth.count
    part.accumulates = arguments.accumulates || depth.lowerBound > 0
    if depth.upperBound < arguments.depth {
      part.updateDistance = 0
      part.gate = nil
    }
    if part.depthAxis.stride != 1 {
      claimLines(part)
      // As near as they can be: short rows far apart would push each other out of the cache.
      let rowStride = (depth.count + Vector.scalarCount - 1) & -Vector.scalarCount
      transposeMatrix(
        TransposeArguments(
          source: part.a, sourceRowStride: part.depthAxis.stride, target: scratch.rows,
          targetRowStride: rowStride, rows: depth.count, columns: part.rows.count))
      part.a = UnsafePointer(scratch.rows)
      part.rowAxis = SegmentedAxis(stride: rowStride)
      part.depthAxis = SegmentedAxis(stride: 1)
    }
    let isShort = part.a == UnsafePointer(scratch.rows) && depth.count < wordLength
    for row in part.rows {
      let line = part.a + row &* part.rowAxis.stride
      let bits = scratch.bits + row &* wordCount
      if isShort {
        bits[0] = nonzeroBits(ofPadded: line, count: depth.count)
        for word in 1..<wordCount { bits[word] = 0 }
      } else {
        for word in 0..<wordCount {
          bits[word] = nonzeroBits(line, from: word &* wordLength, to: depth.count)
        }
      }
    }
    for _ in 0..<arguments.columns / chunkColumns {
      multiplyChunk(Vectors<8>.self, part, scratch)
      part.b += panelCount * part.bPanelStride
      part.c += panelCount * part.cPanelStride
      part.gate = part.gate.map { $0 + chunkColumns }
    }
    if arguments.columns % chunkColumns >= columnUnit {
      multiplyChunk(Vectors<4>.self, part, scratch)
    }
  }
}

/// Whoever wrote a transposed A, row by row, writes it again in the next step: that is fast where
/// the core that has read it has written it, too.
@inline(__always)
private func claimLines(_ arguments: ProductArguments) {
  let a = UnsafeMutablePointer(mutating: arguments.a)
  for k in 0..<arguments.depth {
    let line = a + k &* arguments.depthAxis.stride
    for row in stride(from: 0, to: arguments.rows.count, by: cacheLineFloats) {
      defend_claim(line + row)
    }
  }
}

/// A stretch of the depth for the columns of a chunk, or of half of one.
private func multiplyChunk<let count: Int>(
  _ vectors: Vectors<count>.Type, _ arguments: ProductArguments, _ scratch: Scratch
) {
  var arguments = arguments
  arguments.columns = count * Vector.scalarCount
  if arguments.bRowStride == ProductArguments.panelColumns {
    guard isFinite(vectors, arguments, copyTo: nil) else { return multiplyDense(arguments) }
  } else {
    guard isFinite(vectors, arguments, copyTo: scratch.chunk) else {
      return multiplyDense(arguments)
    }
    arguments.b = UnsafePointer(scratch.chunk)
    arguments.bRowStride = ProductArguments.panelColumns
    arguments.bPanelStride = chunkPanelStride
  }
  for row in arguments.rows {
    let isDone = multiplyVectors(vectors, arguments, row, scratch.bits + row &* wordCount)
    if !isDone {
      var rest = arguments
      rest.rows = row..<row + 1
      multiplyDense(rest)
    }
  }
}

/// Whether all elements of a chunk are finite; copies them if there is a place for them.
@inline(__always)
private func isFinite<let count: Int>(
  _: Vectors<count>.Type, _ arguments: ProductArguments, copyTo chunk: UnsafeMutablePointer<Float>?
) -> Bool {
  // 0 or NaN.
  var sums = InlineArray<count, Vector>(repeating: .zero)
  var from = arguments.b
  var to = chunk
  for _ in 0..<arguments.depth {
    for index in sums.indices {
      let place = index % panelVectors &* Vector.scalarCount
      let value = load(from + (index / panelVectors &* arguments.bPanelStride &+ place))
      sums[index] = defend_multiply_add(value, .zero, sums[index])
      if let to { store(value, to: to + (index / panelVectors &* chunkPanelStride &+ place)) }
    }
    from += arguments.bRowStride
    to = to.map { $0 + ProductArguments.panelColumns }
  }
  var sum = Vector.zero
  for index in sums.indices { sum += sums[index] }
  return defend_nonzero_lanes(sum) == 0
}

/// So many vectors at a time.
enum Vectors<let count: Int> {}

/// Whether a row has no bit.
@inline(__always)
private func isZero(_ bits: UnsafePointer<UInt64>) -> Bool {
  var all: UInt64 = 0
  for word in 0..<wordCount { all |= bits[word] }
  return all == 0
}

/// One row of a chunk.
///
/// - Returns: whether it was done; false if a sum is −0. Then nothing was written.
@inline(__always)
private func multiplyVectors<let count: Int>(
  _: Vectors<count>.Type, _ arguments: ProductArguments, _ row: Int,
  _ bits: UnsafePointer<UInt64>
) -> Bool {
  let a = arguments.a + row &* arguments.rowAxis.stride
  let c = arguments.c + row &* arguments.cRowStride
  let (bPanelStride, cPanelStride) = (arguments.bPanelStride, arguments.cPanelStride)
  @inline(__always) func place(_ index: Int, _ panelStride: Int) -> Int {
    index / panelVectors &* panelStride &+ index % panelVectors &* Vector.scalarCount
  }
  if arguments.updateDistance != 0 {
    for index in stride(from: 0, to: count, by: cacheLineFloats / Vector.scalarCount) {
      defend_claim(c + (place(index, cPanelStride) &+ arguments.updateDistance))
    }
  }
  var sums = InlineArray<count, Vector>(repeating: .zero)
  if !arguments.accumulates, isZero(bits) {
    // Of a few examples, most have a black pixel in the same place.
    for index in sums.indices { store(.zero, to: c + place(index, cPanelStride)) }
    return true
  }
  if arguments.accumulates {
    for index in sums.indices { sums[index] = load(c + place(index, cPanelStride)) }
  }
  for word in 0..<wordCount {
    var left = bits[word]
    let a = a + word &* wordLength
    let b = arguments.b + word &* wordLength &* ProductArguments.panelColumns
    while left != 0 {
      let k = left.trailingZeroBitCount
      left &= left &- 1
      let factor = Vector(repeating: a[k])
      let row = b + k &* ProductArguments.panelColumns
      for index in sums.indices {
        sums[index] = defend_multiply_add(
          factor, load(row + place(index, bPanelStride)), sums[index])
      }
    }
  }
  var smallest = IntegerVector.zero
  for index in sums.indices {
    smallest = defend_smaller(smallest, unsafeBitCast(sums[index], to: IntegerVector.self))
  }
  guard defend_any_smallest(smallest) == 0 else { return false }
  if let gate = arguments.gate.map({ $0 + row &* arguments.cRowStride }) {
    for index in sums.indices {
      let isOpen = load(gate + place(index, ProductArguments.panelColumns)) .> .zero
      store(
        Vector.zero.replacing(with: sums[index], where: isOpen), to: c + place(index, cPanelStride))
    }
    return true
  }
  for index in sums.indices { store(sums[index], to: c + place(index, cPanelStride)) }
  return true
}
