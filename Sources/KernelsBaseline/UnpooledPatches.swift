internal import CKernelSupport
internal import KernelInterface

// As many windows as leave registers for what they are multiplied with.
#if KERNELS_AVX512 || arch(arm64)
  private let windowsPerTile = 4
  private typealias LargeTile = PatchTile<4>
#else
  private let windowsPerTile = 1
  private typealias LargeTile = PatchTile<1>
#endif

/// How many windows ahead values and positions are brought to the cache.
private let windowsAhead = 16

/// The patches that a convolution's weights make of the gradient of its pooled result, 16 taps or
/// fewer each: `[pixels, 16]`. Every element is one chain of fused multiply-adds from 0, ascending
/// in the channels.
///
/// Each value goes to one of the four pixels of its window, and as 0 to the others, which it does not
/// change: so all sums stay in registers, and no sum waits for what was stored before.
func multiplyUnpooledPatches(_ arguments: UnpooledPatchArguments) {
  let weightCount = arguments.taps &* arguments.pooling.geometry.channels
  if areFinite(arguments.weights, count: weightCount) {
    return addUnpooledPatches(arguments) { multiplyPatches(arguments, y: $0, x: $1) }
  }
  for y in arguments.pooling.windowRows {
    multiplyPatches(arguments, y: y, x: 0..<arguments.pooling.geometry.outputWidth)
  }
}

/// The patches of some neighbouring windows.
private func multiplyPatches(_ arguments: UnpooledPatchArguments, y: Int, x range: Range<Int>) {
  withUnsafeTemporaryAllocation(
    of: Float.self, capacity: windowsPerTile &* 4 &* Vector.scalarCount
  ) { memory in
    guard let parts = memory.baseAddress else { return }
    var x = range.lowerBound
    while x < range.upperBound {
      if x &+ windowsPerTile <= range.upperBound {
        makePatches(LargeTile.self, arguments, y: y, x: x, parts: parts)
        x &+= windowsPerTile
      } else {
        makePatches(PatchTile<1>.self, arguments, y: y, x: x, parts: parts)
        x &+= 1
      }
    }
  }
}

/// The sums of some neighbouring windows: of each the upper left pixel's patch, the upper right one's
/// and those below. The loops over a tile have constant bounds, so that they are unrolled and every
/// sum becomes a variable.
private struct PatchTile<let windows: Int> {
  var sums = InlineArray<windows, InlineArray<4, Sixteen>>(
    repeating: InlineArray(repeating: Sixteen(repeating: .zero)))

  /// Adds the products of a channel's values, one for every patch and `step` apart, and its weights.
  @inline(__always)
  mutating func addProducts(_ values: UnsafePointer<Float>, step: Int, _ weights: Sixteen) {
    for window in 0..<windows {
      for pixel in 0..<4 {
        let value = Vector(repeating: values[(window &* 4 &+ pixel) &* step])
        for part in weights.indices {
          sums[window][pixel][part] = sums[window][pixel][part].adding(value, times: weights[part])
        }
      }
    }
  }
}

/// Makes the patches of the windows of a tile.
///
/// - Parameter parts: room for a vector of channels for every patch.
@inline(__always)
private func makePatches<let windows: Int>(
  _: PatchTile<windows>.Type, _ arguments: UnpooledPatchArguments, y: Int, x: Int,
  parts: UnsafeMutablePointer<Float>
) {
  let (pooling, lanes) = (arguments.pooling, Vector.scalarCount)
  let geometry = pooling.geometry
  let channels = geometry.channels
  guard let indices = pooling.indices else { return }
  let first = (y &* geometry.outputWidth &+ x) &* channels
  let positions = UnsafeRawPointer(indices + first).assumingMemoryBound(to: Float.self)
  var tile = PatchTile<windows>()
  var weights = arguments.weights
  for channel in stride(from: 0, to: channels, by: lanes) {
    let count = min(lanes, channels &- channel)
    for window in 0..<windows {
      let place = window &* channels &+ channel
      defend_prefetch(pooling.input + (first &+ place), windowsAhead &* channels)
      defend_prefetch(positions + place, windowsAhead &* channels)
      let value = defend_load_prefix(pooling.input + (first &+ place), count)
      let position = defend_load_prefix(positions + place, count).bits
      for pixel in 0..<4 {
        let own =
          (2 &* y &+ pixel / 2) &* geometry.width &+ 2 &* (x &+ window) &+ pixel % 2
        let isOwn = position .== IntegerVector(repeating: Int32(truncatingIfNeeded: own))
        Vector.zero.replacing(with: value, where: isOwn)
          .store(to: parts + (window &* 4 &+ pixel) &* lanes)
      }
    }
    for lane in 0..<count {
      var row = Sixteen(repeating: .zero)
      for part in row.indices {
        let tap = part &* lanes
        row[part] = defend_load_prefix(
          weights + tap, max(0, min(lanes, arguments.taps &- tap)))
      }
      tile.addProducts(parts + lane, step: lanes, row)
      weights += arguments.taps
    }
  }
  let tapLimit = UnpooledPatchArguments.tapLimit
  let rowLength = 2 &* geometry.outputWidth &* tapLimit
  let patches =
    arguments.patches + 2 &* (y &- pooling.windowRows.lowerBound) &* rowLength
    + 2 &* x &* tapLimit
  for window in 0..<windows {
    for pixel in 0..<4 {
      let patch =
        patches + pixel / 2 &* rowLength + (2 &* window &+ pixel % 2) &* tapLimit
      let sum = tile.sums[window][pixel]
      for part in sum.indices { sum[part].store(to: patch + part &* lanes) }
    }
  }
}
