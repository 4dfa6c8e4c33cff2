internal import CKernelSupport
internal import KernelInterface

// The gradient of a convolution's weights, with the taps of a channel in the lanes of its sums: a
// value that is not 0 meets the pixels under its own window and no others. Which pixels' values these
// are says a word for each channel, bit by bit in the order of the pixels.

/// The channels of a call, at most.
private let channelLimit = 16
/// Windows of more taps a row or of more rows have another way.
private let tapRowLimit = 4
/// The taps of a channel, four a row.
private let tapCount = tapRowLimit * tapRowLimit
/// The windows of the pooling in a block: their upper pixels have the bits of a word from the first
/// on, and their lower ones those from the row stride on.
private let blockWindows = 12
private let blockPixels = 2 * blockWindows
private let blockLimit = 8
/// Rows of a block's pixels, and beside them what a word without bits leads to.
private let rowStride = 36
private let rowCount = tapRowLimit + 1
private let dummyColumn = UInt64.bitWidth - rowStride
/// The pixels that a row of a block's windows reaches.
private let reach = blockPixels + tapRowLimit - 1
/// How many rows of windows ahead values and positions are brought to the cache: those that another
/// core has just written come from far.
private let windowRowsAhead = 4

/// What ``multiplyUnpooled`` makes. Each row of windows is gone through twice, first for what belongs
/// to its upper pixels.
///
/// - Returns: whether it was done. If not, nothing was written: there are more channels, windows
///   are larger or further apart, pixels are not finite, or see ``haveNegativeZeros``.
func addUnpooledProduct(_ arguments: UnpooledProductArguments) -> Bool {
  let (product, geometry) = (arguments.product, arguments.pooling.geometry)
  let width = product.rowAxis.segmentLength
  guard product.columns <= channelLimit, width <= tapRowLimit, product.rows.lowerBound == 0,
    product.rows.upperBound <= tapRowLimit &* width, product.depthAxis.stride == 1,
    product.depthAxis.segmentStride == product.rowAxis.segmentStride,
    geometry.outputWidth <= blockLimit &* blockWindows,
    areFinite(product.a, count: arguments.pooling.images.count &* arguments.imageLength)
  else { return false }
  var work = (arguments: arguments, isDone: false)
  withUnsafeMutablePointer(to: &work) { context in
    defend_with_scratch(context) { context, scratch in
      let work = context.assumingMemoryBound(
        to: (arguments: UnpooledProductArguments, isDone: Bool).self)
      work.pointee.isDone = addChannels(
        work.pointee.arguments, Scratch(scratch.assumingMemoryBound(to: Float.self)))
    }
  }
  return work.isDone
}

/// Some neighbouring windows of a row.
private struct Block {
  static let length =
    rowCount * rowStride + (blockWindows + 1) * channelLimit + 2 * channelLimit
  /// `[5, 36]`: the pixels under the windows, and −1 beside them.
  let pixels: UnsafeMutablePointer<Float>
  /// `[windows, 16]`, and zeros behind them.
  let values: UnsafeMutablePointer<Float>
  /// `[16]`: a bit for each pixel of a channel whose value is not 0.
  let upper: UnsafeMutablePointer<UInt32>
  let lower: UnsafeMutablePointer<UInt32>

  init(_ memory: UnsafeMutablePointer<Float>) {
    pixels = memory
    values = pixels + rowCount &* rowStride
    let words = UnsafeMutableRawPointer(values + (blockWindows &+ 1) &* channelLimit)
    upper = words.assumingMemoryBound(to: UInt32.self)
    lower = upper + channelLimit
  }

  /// What stays: a product of what a word without bits leads to is −0, which changes no sum.
  func clear() {
    pixels.update(repeating: 0, count: rowCount &* rowStride)
    for row in 0..<rowCount {
      (pixels + (row &* rowStride &+ dummyColumn)).update(repeating: -1, count: tapRowLimit)
    }
    values.update(repeating: 0, count: (blockWindows &+ 1) &* channelLimit)
    upper.update(repeating: 0, count: 2 &* channelLimit)
  }
}

private struct Scratch {
  /// `[channels, 16]`
  let sums: UnsafeMutablePointer<Float>
  /// `[65]`: where in a block the value of a bit's pixel is.
  let places: UnsafeMutablePointer<Int32>
  private let blocks: UnsafeMutablePointer<Float>

  init(_ memory: UnsafeMutablePointer<Float>) {
    sums = memory
    let rest = memory + channelLimit &* tapCount
    places = UnsafeMutableRawPointer(rest).assumingMemoryBound(to: Int32.self)
    blocks = rest + 2 &* UInt64.bitWidth
    for bit in 0..<UInt64.bitWidth {
      let window = (bit < rowStride ? bit : bit &- rowStride) / 2
      places[bit] = Int32(truncatingIfNeeded: window &* channelLimit)
    }
    places[UInt64.bitWidth] = Int32(blockWindows * channelLimit)
  }

  func block(_ number: Int) -> Block { Block(blocks + number &* Block.length) }
}

private func addChannels(_ arguments: UnpooledProductArguments, _ scratch: Scratch) -> Bool {
  let (product, pooling) = (arguments.product, arguments.pooling)
  let geometry = pooling.geometry
  let (width, taps, count) = (
    product.rowAxis.segmentLength, product.rows.upperBound, product.columns
  )
  guard let indices = pooling.indices else { return false }
  scratch.sums.update(repeating: 0, count: channelLimit &* tapCount)
  if product.accumulates {
    for tap in 0..<taps {
      let row = product.c + tap &* product.cRowStride
      for channel in 0..<count {
        scratch.sums[place(tap, width, channel)] = row[channel]
      }
    }
  }
  let windows = geometry.outputWidth
  let blockCount = (windows &+ blockWindows &- 1) / blockWindows
  for number in 0..<blockCount { scratch.block(number).clear() }
  // What windows reach of the image.
  let rows = 2 &* geometry.outputHeight &+ taps / width &- 1
  let columns = 2 &* windows &+ width &- 1
  let rowLength = windows &* geometry.channels
  var image = product.a
  var (values, positions) = (pooling.input, indices)
  for _ in pooling.images {
    for row in 0..<geometry.outputHeight {
      for number in 0..<blockCount {
        let (block, first) = (scratch.block(number), number &* blockWindows)
        copyPixels(
          image + (2 &* row &* product.rowAxis.segmentStride &+ 2 &* first),
          product.rowAxis.segmentStride, rows: min(rowCount, rows &- 2 &* row),
          columns: min(reach, columns &- 2 &* first), to: block)
        findNonzeros(
          values + first &* geometry.channels, positions + first &* geometry.channels, geometry,
          upperLeft: 2 &* row &* geometry.width &+ 2 &* first,
          windows: min(blockWindows, windows &- first), channels: count, of: block)
      }
      addBlocks(blockCount, channels: count, scratch)
      values += rowLength
      positions += rowLength
    }
    image += arguments.imageLength
  }
  guard !haveNegativeZeros(scratch.sums, count: channelLimit &* tapCount) else { return false }
  for tap in 0..<taps {
    let row = product.c + tap &* product.cRowStride
    for channel in 0..<count {
      row[channel] = scratch.sums[place(tap, width, channel)]
    }
  }
  return true
}

/// Where the sum of a tap is.
@inline(__always)
private func place(_ tap: Int, _ width: Int, _ channel: Int) -> Int {
  channel &* tapCount &+ tap / width &* tapRowLimit &+ tap % width
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

@inline(__always)
private func copyFour(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(target).storeBytes(
    of: UnsafeRawPointer(source).loadUnaligned(as: SIMD4<Float>.self), as: SIMD4<Float>.self)
}

/// Copies the pixels under a block's windows. A smaller window has taps beside it, whose sums nobody
/// reads.
private func copyPixels(
  _ source: UnsafePointer<Float>, _ sourceStride: Int, rows: Int, columns: Int, to block: Block
) {
  for row in 0..<rows {
    let (source, target) = (source + row &* sourceStride, block.pixels + row &* rowStride)
    if columns == reach {
      // The last four overlap those before.
      for place in stride(from: 0, to: blockPixels, by: tapRowLimit) {
        copyFour(source + place, to: target + place)
      }
      copyFour(source + (reach &- tapRowLimit), to: target + (reach &- tapRowLimit))
    } else {
      target.update(from: source, count: columns)
    }
  }
}

/// Copies the values of a block's windows and finds out which pixel each of them belongs to, if it is
/// not 0.
///
/// - Parameters:
///   - values: of the first window and channel, `geometry.channels` from window to window.
///   - positions: the same, `y·W + x` of the pixels.
///   - upperLeft: the position of the first window's first pixel.
@inline(__always)
private func findNonzeros(
  _ values: UnsafePointer<Float>, _ positions: UnsafePointer<Int32>, _ geometry: WindowGeometry,
  upperLeft: Int, windows: Int, channels: Int, of block: Block
) {
  let step = geometry.channels
  let ahead = windowRowsAhead &* geometry.outputWidth &* step
  let width = IntegerVector(repeating: Int32(truncatingIfNeeded: geometry.width))
  let one = IntegerVector(repeating: 1)
  let none = IntegerVector(repeating: -1)
  for channel in stride(from: 0, to: channels, by: Vector.scalarCount) {
    let lanes = min(Vector.scalarCount, channels &- channel)
    let isWhole = lanes == Vector.scalarCount
    var value = values + channel
    var position = UnsafeRawPointer(positions + channel).assumingMemoryBound(to: Float.self)
    var target = block.values + channel
    var left = IntegerVector(repeating: Int32(truncatingIfNeeded: upperLeft))
    var (leftBit, rightBit) = (one, one &+ one)
    var (upper, lower) = (IntegerVector.zero, IntegerVector.zero)
    for _ in 0..<windows {
      defend_prefetch(value, ahead)
      defend_prefetch(position, ahead)
      let number = isWhole ? load(value) : defend_load_prefix(value, lanes)
      let place = isWhole ? load(position) : defend_load_prefix(position, lanes)
      store(number, to: target)
      let chosen = unsafeBitCast(place, to: IntegerVector.self)
        .replacing(with: none, where: number .== Vector.zero)
      let right = left &+ one
      upper |= IntegerVector.zero.replacing(with: leftBit, where: chosen .== left)
      upper |= IntegerVector.zero.replacing(with: rightBit, where: chosen .== right)
      lower |= IntegerVector.zero.replacing(with: leftBit, where: chosen .== left &+ width)
      lower |= IntegerVector.zero.replacing(with: rightBit, where: chosen .== right &+ width)
      left = right &+ one
      leftBit = rightBit &+ rightBit
      rightBit = leftBit &+ leftBit
      value += step
      position += step
      target += channelLimit
    }
    UnsafeMutableRawPointer(block.upper + channel).storeBytes(of: upper, as: IntegerVector.self)
    UnsafeMutableRawPointer(block.lower + channel).storeBytes(of: lower, as: IntegerVector.self)
  }
}

/// Adds what a row of windows gives: the upper pixels of all blocks come before the lower ones.
@inline(__always)
private func addBlocks(_ count: Int, channels: Int, _ scratch: Scratch) {
  for channel in stride(from: 0, to: channels, by: 4) {
    if count == 1 {
      let block = scratch.block(0)
      addProducts(block, channel, scratch) {
        UInt64(block.upper[$0]) | UInt64(block.lower[$0]) &<< UInt64(rowStride)
      }
      continue
    }
    for number in 0..<count {
      let block = scratch.block(number)
      addProducts(block, channel, scratch) { UInt64(block.upper[$0]) }
    }
    for number in 0..<count {
      let block = scratch.block(number)
      addProducts(block, channel, scratch) { UInt64(block.lower[$0]) &<< UInt64(rowStride) }
    }
  }
}

/// The sums of a channel, and the pixels that they are still to meet.
private struct Channel {
  private var sums = Sixteen(repeating: .zero)
  var left: UInt64

  @inline(__always)
  init(_ memory: UnsafePointer<Float>, _ bits: UInt64) {
    left = bits
    for part in sums.indices { sums[part] = load(memory + part &* Vector.scalarCount) }
  }

  /// Adds the products of the next pixel's value, or −0.
  @inline(__always)
  mutating func addNext(
    _ pixels: UnsafePointer<Float>, _ values: UnsafePointer<Float>, _ places: UnsafePointer<Int32>
  ) {
    let bit = left.trailingZeroBitCount
    left &= left &- 1
    let value = Vector(repeating: values[Int(places[bit])])
    for part in sums.indices {
      sums[part] = defend_multiply_add(
        value, defend_load_fours(pixels + bit, rowStride, part), sums[part])
    }
  }

  @inline(__always)
  func store(to memory: UnsafeMutablePointer<Float>) {
    for part in sums.indices {
      UnsafeMutableRawPointer(memory + part &* Vector.scalarCount).storeBytes(
        of: sums[part], as: Vector.self)
    }
  }
}

/// Adds the products of four channels' values and the pixels under their windows.
@inline(__always)
private func addProducts(
  _ block: Block, _ channel: Int, _ scratch: Scratch, _ bits: (Int) -> UInt64
) {
  let sums = scratch.sums + channel &* tapCount
  let values = UnsafePointer(block.values + channel)
  let (pixels, places) = (UnsafePointer(block.pixels), UnsafePointer(scratch.places))
  var first = Channel(sums, bits(channel))
  var second = Channel(sums + tapCount, bits(channel &+ 1))
  var third = Channel(sums + 2 &* tapCount, bits(channel &+ 2))
  var fourth = Channel(sums + 3 &* tapCount, bits(channel &+ 3))
  // All four at once: so a sum need not wait for the one before it, nor a branch for each channel.
  while first.left | second.left | third.left | fourth.left != 0 {
    first.addNext(pixels, values, places)
    second.addNext(pixels, values + 1, places)
    third.addNext(pixels, values + 2, places)
    fourth.addNext(pixels, values + 3, places)
  }
  first.store(to: sums)
  second.store(to: sums + tapCount)
  third.store(to: sums + 2 &* tapCount)
  fourth.store(to: sums + 3 &* tapCount)
}
