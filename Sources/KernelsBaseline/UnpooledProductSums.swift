internal import CKernelSupport
internal import KernelInterface

/// The channels of a call, at most.
private let channelLimit = NonzeroWindows.channelLimit
/// Windows of more taps a row or of more rows have another way.
private let tapRowLimit = 4
/// The taps of a channel, four a row.
private let tapCount = tapRowLimit * tapRowLimit
/// Two rows of four pixels.
private let pairLength = 2 * tapRowLimit
private let ringLength = 4
/// The pixels of a row, at most: two a window of 8 blocks.
private let widthLimit = 2 * 8 * NonzeroWindows.windowLimit
/// How many rows of windows ahead values and positions are brought to the cache.
private let windowRowsAhead = 4

/// What ``multiplyUnpooled`` makes, with the taps of a channel in the lanes: a value that is not 0
/// meets the pixels under its own window and no others. Each row of windows is gone through twice,
/// first for what belongs to its upper pixels.
///
/// - Returns: whether it was done. If not, nothing was written: there are more channels, windows
///   are larger or further apart, pixels are not finite, or see ``haveNegativeZeros``.
func addUnpooledProduct(_ arguments: UnpooledProductArguments) -> Bool {
  let (product, geometry) = (arguments.product, arguments.pooling.geometry)
  let width = product.rowAxis.segmentLength
  guard product.columns <= channelLimit, width <= tapRowLimit, product.rows.lowerBound == 0,
    product.rows.upperBound <= tapRowLimit &* width, product.depthAxis.stride == 1,
    product.depthAxis.segmentStride == product.rowAxis.segmentStride,
    2 &* geometry.outputWidth <= widthLimit,
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

private struct Scratch {
  /// `[channels, 16]`
  let sums: UnsafeMutablePointer<Float>
  /// `[4, pixels, 8]`: of each pixel of a row the four from it on and the four below.
  let pairs: UnsafeMutablePointer<Float>
  /// The windows of a row.
  let blocks: InlineArray<8, NonzeroWindows>

  init(_ memory: UnsafeMutablePointer<Float>) {
    sums = memory
    pairs = sums + channelLimit &* tapCount
    let lists = pairs + ringLength &* widthLimit &* pairLength
    blocks = InlineArray { NonzeroWindows(lists + $0 &* NonzeroWindows.length) }
  }

  func pairs(row: Int) -> UnsafeMutablePointer<Float> {
    pairs + row % ringLength &* widthLimit &* pairLength
  }
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
  // The rows of pixels that windows reach.
  let rows = 2 &* geometry.outputHeight &+ taps / width &- 1
  let rowLength = geometry.outputWidth &* geometry.channels
  var image = product.a
  var (values, positions) = (pooling.input, indices)
  for _ in pooling.images {
    var next = 0
    for row in 0..<geometry.outputHeight {
      while next < 2 &* row &+ ringLength {
        makePairs(
          image + next &* product.rowAxis.segmentStride, product.rowAxis.segmentStride,
          rows: min(2, rows &- next), pixels: 2 &* geometry.outputWidth, width: width,
          to: scratch.pairs(row: next))
        next &+= 1
      }
      addRow(row, values, positions, geometry, channels: count, scratch)
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

/// - Parameter rows: of the two those that there are.
private func makePairs(
  _ image: UnsafePointer<Float>, _ rowStride: Int, rows: Int, pixels: Int, width: Int,
  to pairs: UnsafeMutablePointer<Float>
) {
  for row in 0..<2 {
    let source = image + row &* rowStride
    let target = pairs + row &* tapRowLimit
    guard row < rows else {
      for pixel in 0..<pixels {
        (target + pixel &* pairLength).update(repeating: 0, count: tapRowLimit)
      }
      continue
    }
    if width == tapRowLimit {
      for pixel in 0..<pixels {
        UnsafeMutableRawPointer(target + pixel &* pairLength).storeBytes(
          of: UnsafeRawPointer(source + pixel).loadUnaligned(as: SIMD4<Float>.self),
          as: SIMD4<Float>.self)
      }
    } else {
      for pixel in 0..<pixels {
        for tap in 0..<tapRowLimit {
          target[pixel &* pairLength &+ tap] = tap < width ? source[pixel &+ tap] : 0
        }
      }
    }
  }
}

/// Adds what a row of windows gives.
@inline(__always)
private func addRow(
  _ row: Int, _ values: UnsafePointer<Float>, _ positions: UnsafePointer<Int32>,
  _ geometry: WindowGeometry, channels: Int, _ scratch: Scratch
) {
  let limit = NonzeroWindows.windowLimit
  let blockCount = (geometry.outputWidth &+ limit &- 1) / limit
  var blocks = scratch.blocks
  for block in 0..<blockCount {
    let window = block &* limit
    blocks[block].find(
      values + window &* geometry.channels, positions + window &* geometry.channels, geometry,
      lowerRow: (2 &* row &+ 1) &* geometry.width,
      windows: min(limit, geometry.outputWidth &- window), channels: channels,
      ahead: windowRowsAhead &* geometry.outputWidth &* geometry.channels)
  }
  for half in 0..<2 {
    let pixelRow = 2 &* row &+ half
    let place = pixelRow &* geometry.width &* pairLength
    for block in 0..<blockCount {
      let nonzeros = blocks[block]
      addProducts(
        nonzeros, names: half == 0 ? nonzeros.upper : nonzeros.lower,
        count: half == 0 ? nonzeros.upperCount : nonzeros.lowerCount,
        scratch.pairs(row: pixelRow) - place, scratch.pairs(row: pixelRow &+ 2) - place,
        to: scratch.sums)
    }
  }
}

/// Adds the products of some values and the pixels under their windows.
///
/// - Parameters:
///   - first: where the pair of position 0 would be.
///   - second: the same of the pairs two rows below.
@inline(__always)
private func addProducts(
  _ nonzeros: NonzeroWindows, names: UnsafePointer<UInt8>, count: Int,
  _ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>,
  to sums: UnsafeMutablePointer<Float>
) {
  for index in 0..<count {
    let name = Int(names[index])
    let factor = Vector(repeating: nonzeros.values[name])
    let pixel = Int(nonzeros.positions[name]) &* pairLength
    let row = sums + name % channelLimit &* tapCount
    for tap in stride(from: 0, to: tapCount, by: Vector.scalarCount) {
      let pixels = defend_load_of_two(first + pixel, second + pixel, tap)
      let sum = UnsafeMutableRawPointer(row + tap)
      sum.storeBytes(
        of: defend_multiply_add(factor, pixels, sum.loadUnaligned(as: Vector.self)),
        as: Vector.self)
    }
  }
}
