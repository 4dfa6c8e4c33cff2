internal import CKernelSupport
internal import KernelInterface

/// The patches that a convolution's weights make of the gradient of its pooled result, 16 taps or
/// fewer each: `[pixels, 16]`. Every element is one chain of fused multiply-adds from 0, ascending
/// in the channels.
func multiplyUnpooledPatches(_ arguments: UnpooledPatchArguments) {
  let weightCount = arguments.taps &* arguments.pooling.geometry.channels
  if areFinite(arguments.weights, count: weightCount) {
    return addUnpooledPatches(arguments) { multiplyPatches(arguments, y: $0, x: $1) }
  }
  for y in arguments.pooling.windowRows {
    multiplyPatches(arguments, y: y, x: 0..<arguments.pooling.geometry.outputWidth)
  }
}

/// The patches of some neighbouring windows with all products: each value goes to one of the four
/// pixels of its window, and as 0 to the others.
private func multiplyPatches(_ arguments: UnpooledPatchArguments, y: Int, x range: Range<Int>) {
  withUnsafeTemporaryAllocation(of: Float.self, capacity: 4 &* Vector.scalarCount) { memory in
    guard let parts = memory.baseAddress else { return }
    for x in range { makePatches(arguments, y: y, x: x, parts: parts) }
  }
}

/// The sums of a window: the upper left pixel's patch, the upper right one's and those below. The
/// loops over a tile have constant bounds, so that they are unrolled and every sum becomes a variable.
private struct PatchTile {
  var sums = InlineArray<4, Sixteen>(repeating: Sixteen(repeating: .zero))

  /// Adds the products of a channel's values, one for every patch and `step` apart, and its weights.
  @inline(__always)
  mutating func addProducts(_ values: UnsafePointer<Float>, step: Int, _ weights: Sixteen) {
    for pixel in 0..<4 {
      let value = Vector(repeating: values[pixel &* step])
      for part in weights.indices {
        sums[pixel][part] = sums[pixel][part].adding(value, times: weights[part])
      }
    }
  }
}

/// Makes the patches of a window.
///
/// - Parameter parts: room for a vector of channels for every patch.
@inline(__always)
private func makePatches(
  _ arguments: UnpooledPatchArguments, y: Int, x: Int, parts: UnsafeMutablePointer<Float>
) {
  let (pooling, lanes) = (arguments.pooling, Vector.scalarCount)
  let geometry = pooling.geometry
  let channels = geometry.channels
  guard let indices = pooling.indices else { return }
  let first = (y &* geometry.outputWidth &+ x) &* channels
  let positions = UnsafeRawPointer(indices + first).assumingMemoryBound(to: Float.self)
  var tile = PatchTile()
  var weights = arguments.weights
  for channel in stride(from: 0, to: channels, by: lanes) {
    let count = min(lanes, channels &- channel)
    let value = defend_load_prefix(pooling.input + (first &+ channel), count)
    let position = defend_load_prefix(positions + channel, count).bits
    for pixel in 0..<4 {
      let own = (2 &* y &+ pixel / 2) &* geometry.width &+ 2 &* x &+ pixel % 2
      let isOwn = position .== IntegerVector(repeating: Int32(truncatingIfNeeded: own))
      Vector.zero.replacing(with: value, where: isOwn).store(to: parts + pixel &* lanes)
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
  for pixel in 0..<4 {
    let patch = patches + pixel / 2 &* rowLength + pixel % 2 &* tapLimit
    let sum = tile.sums[pixel]
    for part in sum.indices { sum[part].store(to: patch + part &* lanes) }
  }
}
