internal import CKernelSupport
internal import KernelInterface

#if !(KERNELS_AVX512 || arch(arm64))
  /// The channels of a call, at most.
  private let channelLimit = 16
  /// Windows of more taps a row or of more rows have another way.
  private let tapRowLimit = 4
  /// Two rows of four pixels.
  private let pairLength = 8
  private let ringLength = 4
  private let widthLimit = 256

  /// What ``multiplyUnpooled`` makes, with the taps of a channel in the lanes: a value meets the
  /// pixels under its own window and no others, which halves the products. Each row of windows is
  /// gone through twice, first for what belongs to its upper pixels.
  ///
  /// - Returns: whether it was done. If not, nothing was written: there are more channels, windows
  ///   are larger or further apart, pixels are not finite, or a sum vanished from below: that is −0,
  ///   which a product with 0 may change to +0.
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
          work.pointee.arguments, SumMemory(scratch.assumingMemoryBound(to: Float.self)))
      }
    }
    return work.isDone
  }

  /// Scratch memory for the sums of some channels.
  private struct SumMemory {
    /// `[channels, 16]`: the taps of a channel, four a row.
    let sums: UnsafeMutablePointer<Float>
    /// `[4, pixels, 8]`: of each pixel of a row the four from it on and the four below.
    let pairs: UnsafeMutablePointer<Float>
    /// `[windows, channels]`: the values that belong to upper pixels, and 0 for the others.
    let upper: UnsafeMutablePointer<Float>
    /// The same for lower pixels.
    let lower: UnsafeMutablePointer<Float>
    /// Where the pairs of the chosen pixels are.
    let places: UnsafeMutablePointer<Int32>

    init(_ scratch: UnsafeMutablePointer<Float>) {
      sums = scratch
      pairs = sums + channelLimit &* 16
      upper = pairs + ringLength &* widthLimit &* pairLength
      lower = upper + widthLimit / 2 &* channelLimit
      places = UnsafeMutableRawPointer(lower + widthLimit / 2 &* channelLimit)
        .assumingMemoryBound(to: Int32.self)
    }

    func pairs(row: Int) -> UnsafeMutablePointer<Float> {
      pairs + row % ringLength &* widthLimit &* pairLength
    }
  }

  private func addChannels(_ arguments: UnpooledProductArguments, _ memory: SumMemory) -> Bool {
    let (product, pooling) = (arguments.product, arguments.pooling)
    let geometry = pooling.geometry
    let (width, taps, count) = (
      product.rowAxis.segmentLength, product.rows.upperBound, product.columns
    )
    guard let indices = pooling.indices else { return false }
    memory.sums.update(repeating: 0, count: channelLimit &* 16)
    if product.accumulates {
      for tap in 0..<taps {
        let row = product.c + tap &* product.cRowStride
        for channel in 0..<count {
          memory.sums[channel &* 16 &+ tap / width &* 4 &+ tap % width] = row[channel]
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
            to: memory.pairs(row: next))
          next &+= 1
        }
        sortValues(values, positions, geometry, row: row, count: count, memory)
        addRow(2 &* row, of: memory.upper, windows: geometry.outputWidth, count: count, memory)
        addRow(2 &* row &+ 1, of: memory.lower, windows: geometry.outputWidth, count: count, memory)
        values += rowLength
        positions += rowLength
      }
      image += arguments.imageLength
    }
    guard !haveNegativeZeros(memory.sums, count: channelLimit &* 16) else { return false }
    for tap in 0..<taps {
      let row = product.c + tap &* product.cRowStride
      for channel in 0..<count {
        row[channel] = memory.sums[channel &* 16 &+ tap / width &* 4 &+ tap % width]
      }
    }
    return true
  }

  /// - Parameter rows: of the two those that there are.
  private func makePairs(
    _ image: UnsafePointer<Float>, _ rowStride: Int, rows: Int, pixels: Int, width: Int,
    to pairs: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<2 {
      let source = image + row &* rowStride
      let target = pairs + row &* 4
      guard row < rows else {
        for pixel in 0..<pixels {
          (target + pixel &* pairLength).update(repeating: 0, count: 4)
        }
        continue
      }
      if width == 4 {
        for pixel in 0..<pixels {
          UnsafeMutableRawPointer(target + pixel &* pairLength).storeBytes(
            of: UnsafeRawPointer(source + pixel).loadUnaligned(as: SIMD4<Float>.self),
            as: SIMD4<Float>.self)
        }
      } else {
        for pixel in 0..<pixels {
          for tap in 0..<4 {
            target[pixel &* pairLength &+ tap] = tap < width ? source[pixel &+ tap] : 0
          }
        }
      }
    }
  }

  /// How many rows of windows ahead values and positions are brought to the cache.
  private let windowRowsAhead = 4

  /// Sorts the values of a row of windows into upper and lower ones and finds their pairs.
  @inline(__always)
  private func sortValues(
    _ values: UnsafePointer<Float>, _ positions: UnsafePointer<Int32>, _ geometry: WindowGeometry,
    row: Int, count: Int, _ memory: SumMemory
  ) {
    @inline(__always) func integers(_ value: Int) -> IntegerVector {
      IntegerVector(repeating: Int32(truncatingIfNeeded: value))
    }
    let width = integers(geometry.width)
    let first = integers(2 &* row &* geometry.width)
    let ahead = windowRowsAhead &* geometry.outputWidth &* geometry.channels
    let positions = UnsafeRawPointer(positions).assumingMemoryBound(to: Float.self)
    for window in 0..<geometry.outputWidth {
      let (source, target) = (window &* geometry.channels, window &* channelLimit)
      defend_prefetch(values + source, ahead)
      defend_prefetch(positions + source, ahead)
      var channel = 0
      while channel < count {
        let rest = min(Vector.scalarCount, count &- channel)
        let value = load(values + (source &+ channel), rest)
        let position = load(positions + (source &+ channel), rest).bits &- first
        let isLower = position .>= width
        let (place, zero) = (target &+ channel, Vector.zero)
        value.replacing(with: zero, where: isLower).store(to: memory.upper + place)
        zero.replacing(with: value, where: isLower).store(to: memory.lower + place)
        let column = position.replacing(with: position &- width, where: isLower)
        UnsafeMutableRawPointer(memory.places + place).storeBytes(
          of: column &* integers(pairLength), as: IntegerVector.self)
        channel &+= Vector.scalarCount
      }
    }
  }

  @inline(__always)
  private func load(_ source: UnsafePointer<Float>, _ count: Int) -> Vector {
    count == Vector.scalarCount ? Vector(at: source) : defend_load_prefix(source, count)
  }

  /// The sums of some channels.
  private struct ChannelTile<let channels: Int> {
    var sums = InlineArray<channels, Sixteen>(repeating: Sixteen(repeating: .zero))
  }

  /// Adds what values of a row of windows give that belong to a row of pixels.
  @inline(__always)
  private func addRow(
    _ row: Int, of values: UnsafePointer<Float>, windows: Int, count: Int, _ memory: SumMemory
  ) {
    var channel = 0
    while channel &+ 4 <= count {
      add(ChannelTile<4>.self, row, values, windows: windows, channel: channel, memory)
      channel &+= 4
    }
    while channel < count {
      add(ChannelTile<1>.self, row, values, windows: windows, channel: channel, memory)
      channel &+= 1
    }
  }

  @inline(__always)
  private func add<let channels: Int>(
    _: ChannelTile<channels>.Type, _ row: Int, _ values: UnsafePointer<Float>, windows: Int,
    channel: Int, _ memory: SumMemory
  ) {
    var tile = ChannelTile<channels>()
    let lanes = Vector.scalarCount
    let sums = memory.sums + channel &* 16
    for index in 0..<channels {
      for part in tile.sums[index].indices {
        tile.sums[index][part] = Vector(at: sums + (index &* 16 &+ part &* lanes))
      }
    }
    let (first, second) = (memory.pairs(row: row), memory.pairs(row: row &+ 2))
    var value = values + channel
    var place = UnsafePointer(memory.places + channel)
    for _ in 0..<windows {
      for index in 0..<channels {
        let factor = Vector(repeating: value[index])
        let pixel = Int(place[index])
        for part in tile.sums[index].indices {
          let pair = part &* lanes < pairLength ? first : second
          tile.sums[index][part] = tile.sums[index][part].adding(
            factor, times: Vector(at: pair + (pixel &+ part &* lanes % pairLength)))
        }
      }
      value += channelLimit
      place += channelLimit
    }
    for index in 0..<channels {
      for part in tile.sums[index].indices {
        tile.sums[index][part].store(to: sums + (index &* 16 &+ part &* lanes))
      }
    }
  }
#endif
