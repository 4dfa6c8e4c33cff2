internal import CKernelSupport
internal import KernelInterface

// The gradient of a convolution whose result is pooled in windows of 2 × 2: what the pooling's
// gradient becomes in the image stays in registers. The loops over a tile have constant bounds, so
// that they are unrolled and every accumulator becomes a variable.

@inline(__always)
private func load(_ source: UnsafePointer<Float>, _ count: Int, isWhole: Bool) -> Vector {
  isWhole ? Vector(at: source) : defend_load_prefix(source, count)
}

@inline(__always)
private func store(
  _ vector: Vector, _ target: UnsafeMutablePointer<Float>, _ count: Int, isWhole: Bool
) {
  if isWhole { vector.store(to: target) } else { defend_store_prefix(target, count, vector) }
}

/// How many rows of windows ahead values and positions are brought to the cache: those that another
/// core has just written come from far.
private let windowRowsAhead = 4

/// The sums of the taps of a window on images of one channel.
private struct TapTile<let height: Int, let width: Int> {
  var sums = InlineArray<height, InlineArray<width, Vector>>(
    repeating: InlineArray(repeating: .zero))

  @inline(__always)
  mutating func addProducts(_ a: UnsafePointer<Float>, _ rowStep: Int, _ b: Vector) {
    var row = a
    for y in 0..<height {
      for x in 0..<width {
        sums[y][x] = sums[y][x].adding(Vector(repeating: row[x]), times: b)
      }
      row += rowStep
    }
  }
}

/// The gradient of a convolution's weights from that of the pooled result: A are images of one
/// channel with windows of 3 to 5 taps a row, whose rows `product.rows` are, and B is what the
/// pooling's values become in the image. Every element of C is one chain of fused multiply-adds in
/// ascending order of images and places; zeros are left out, as they change nothing.
func multiplyUnpooled(_ arguments: UnpooledProductArguments) {
  if addUnpooledProduct(arguments) { return }
  let width = arguments.product.rowAxis.segmentLength
  let lanes = Vector.scalarCount
  var row = arguments.product.rows.lowerBound / width
  let end = arguments.product.rows.upperBound / width
  while row < end {
    var height = 1
    var channel = 0
    while channel < arguments.product.columns {
      switch (width, end &- row) {
      case (3, 3...): height = gradient(TapTile<3, 3>.self, arguments, row: row, channel: channel)
      case (3, _): height = gradient(TapTile<1, 3>.self, arguments, row: row, channel: channel)
      #if KERNELS_AVX512 || arch(arm64)
        case (5, 5...): height = gradient(TapTile<5, 5>.self, arguments, row: row, channel: channel)
      #endif
      case (4, 2...): height = gradient(TapTile<2, 4>.self, arguments, row: row, channel: channel)
      case (4, _): height = gradient(TapTile<1, 4>.self, arguments, row: row, channel: channel)
      case (5, 2...): height = gradient(TapTile<2, 5>.self, arguments, row: row, channel: channel)
      case (5, _): height = gradient(TapTile<1, 5>.self, arguments, row: row, channel: channel)
      default: break
      }
      channel &+= lanes
    }
    row &+= height
  }
}

/// - Returns: the rows of taps that are done.
@inline(__always)
private func gradient<let height: Int, let width: Int>(
  _: TapTile<height, width>.Type, _ arguments: UnpooledProductArguments, row: Int, channel: Int
) -> Int {
  let (product, pooling) = (arguments.product, arguments.pooling)
  let lanes = min(Vector.scalarCount, product.columns &- channel)
  let isWhole = lanes == Vector.scalarCount
  guard let indices = pooling.indices else { return height }
  let geometry = pooling.geometry
  let tapStep = product.rowAxis.segmentStride
  let c = product.c + (row &* width &* product.cRowStride &+ channel)
  var tile = TapTile<height, width>()
  if product.accumulates {
    for y in 0..<height {
      for x in 0..<width {
        tile.sums[y][x] = load(
          c + (y &* width &+ x) &* product.cRowStride, lanes, isWhole: isWhole)
      }
    }
  }
  let (step, rowStep) = (product.depthAxis.stride, product.depthAxis.segmentStride)
  let rowLength = geometry.outputWidth &* geometry.channels
  var image = product.a + row &* tapStep
  var values = pooling.input + channel
  var positions =
    UnsafeRawPointer(indices + channel).assumingMemoryBound(to: Float.self)
  for _ in pooling.images {
    var a = image
    var first = IntegerVector.zero
    for _ in 0..<geometry.outputHeight {
      for half in 0..<2 {
        let next = (half == 0 ? values : positions) + windowRowsAhead &* rowLength
        var position = first
        var left = a
        for offset in stride(from: 0, to: rowLength, by: geometry.channels) {
          defend_prefetch(next, offset)
          let value = load(values + offset, lanes, isWhole: isWhole)
          let index = load(positions + offset, lanes, isWhole: isWhole).bits
          let right = position &+ IntegerVector(repeating: 1)
          tile.addProducts(
            left, tapStep, Vector.zero.replacing(with: value, where: index .== position))
          tile.addProducts(
            left + step, tapStep, Vector.zero.replacing(with: value, where: index .== right))
          position = right &+ IntegerVector(repeating: 1)
          left += 2 &* step
        }
        first &+= IntegerVector(repeating: Int32(truncatingIfNeeded: geometry.width))
        a += rowStep
      }
      values += rowLength
      positions += rowLength
    }
    image += arguments.imageLength
  }
  for y in 0..<height {
    for x in 0..<width {
      store(
        tile.sums[y][x], c + (y &* width &+ x) &* product.cRowStride, lanes, isWhole: isWhole)
    }
  }
  return height
}
