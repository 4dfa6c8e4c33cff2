internal import CKernelSupport
internal import KernelInterface

// The gradient of an image of one channel. Each window of the pooling gives a patch of 4 × 4 sums to
// each of its four pixels, in registers, from the values that are not 0 and chose the pixel. Patches
// of neighbouring pixels are then added to each other, four rows of the image in one vector or more.

/// The rows and columns of a patch.
private let side = UnpooledImageArguments.windowLimit
private let patchLength = side * side
/// The channels whose values have a bit each.
private let groupLength = 32
/// The weights of a group, and what no value meets.
private let groupWeights = (groupLength + 1) * patchLength
/// The rows of the image that a row of windows adds to are 5; columns come in fours.
private let sumRows = 8
private let blockLength = sumRows * side
/// How many windows ahead values and positions are brought to the cache: those that another core has
/// just written come from far.
private let windowsAhead = 16

/// Makes the gradient of one image: the bits of patches each of whose elements is a chain of fused
/// multiply-adds from 0, ascending in the channels, added to zeros in ascending order of the pixels.
///
/// - Returns: whether it was done. If not, nothing was written: a weight is not finite, so that its
///   product with 0 is no zero.
func addUnpooledImage(_ arguments: UnpooledImageArguments) -> Bool {
  let count = arguments.geometry.patchLength &* arguments.pooling.geometry.channels
  guard areFinite(arguments.weights, count: count) else { return false }
  var arguments = arguments
  withUnsafeMutablePointer(to: &arguments) { context in
    defend_with_scratch(context) { context, scratch in
      let arguments = context.assumingMemoryBound(to: UnpooledImageArguments.self)
      // In whole cache lines.
      let memory = UnsafeMutableRawPointer(
        bitPattern: (UInt(bitPattern: scratch) &+ 63) & ~63)!
      add(
        arguments.pointee,
        Scratch(arguments.pointee, memory.assumingMemoryBound(to: Float.self)))
    }
  }
  return true
}

private struct Scratch {
  /// `[groups, 33, 4, 4]`
  let weights: UnsafeMutablePointer<Float>
  /// `[33]`: the values of some channels of a window and a 0.
  let values: UnsafeMutablePointer<Float>
  /// `[2, 4 · blocks, 4, 4]`: for each pixel of two rows what it gives.
  let patches: UnsafeMutablePointer<Float>
  /// `[blocks + 1, 8, 4]`: of eight rows four columns each.
  let sums: UnsafeMutablePointer<Float>
  let blocks: Int
  let rowLength: Int

  init(_ arguments: UnpooledImageArguments, _ memory: UnsafeMutablePointer<Float>) {
    let geometry = arguments.pooling.geometry
    let groups = (geometry.channels &+ groupLength &- 1) / groupLength
    blocks = (2 &* geometry.outputWidth &+ side &- 1) / side
    rowLength = blocks &* side &* patchLength
    values = memory
    weights = values + 2 &* groupLength
    patches = weights + groups &* groupWeights
    sums = patches + 2 &* rowLength
    copyWeights(arguments, to: weights)
    // A product with it is −0, which changes no sum.
    values[groupLength] = 0
    // What is right of the last window stays so.
    patches.update(repeating: 0, count: 2 &* rowLength)
    sums.update(repeating: 0, count: (blocks &+ 1) &* blockLength)
  }
}

/// `[Cout, KH, KW]` to `[groups, 33, 4, 4]`, the rest 0 but for the last ones of each group.
private func copyWeights(
  _ arguments: UnpooledImageArguments, to target: UnsafeMutablePointer<Float>
) {
  let (height, width) = (arguments.geometry.windowHeight, arguments.geometry.windowWidth)
  let channels = arguments.pooling.geometry.channels
  for channel in 0..<channels {
    let from = arguments.weights + channel &* height &* width
    let to =
      target + channel / groupLength &* groupWeights + channel % groupLength &* patchLength
    if height == side && width == side {
      to.update(from: from, count: patchLength)
      continue
    }
    for place in 0..<patchLength {
      let (y, x) = (place / side, place % side)
      to[place] = y < height && x < width ? from[y &* width &+ x] : 0
    }
  }
  for group in 0..<(channels &+ groupLength &- 1) / groupLength {
    (target + (group &* groupWeights &+ groupLength &* patchLength)).update(
      repeating: -1, count: patchLength)
  }
}

private func add(_ arguments: UnpooledImageArguments, _ scratch: Scratch) {
  let (geometry, pooling) = (arguments.geometry, arguments.pooling.geometry)
  guard let indices = arguments.pooling.indices else { return }
  arguments.image.update(repeating: 0, count: geometry.imageLength)
  let isWhole = geometry.windowHeight == side && geometry.windowWidth == side
  let (columns, rows) = (pooling.outputWidth, pooling.outputHeight)
  let rowLength = columns &* pooling.channels
  for row in 0..<rows {
    makePatches(
      arguments.pooling.input + row &* rowLength, indices + row &* rowLength, pooling,
      columns: columns, first: 2 &* row &* pooling.width, scratch)
    if !isWhole { clearBeside(geometry, scratch) }
    addPatches(scratch.patches, to: scratch.sums, blocks: scratch.blocks)
    addPatches(
      scratch.patches + scratch.rowLength, to: scratch.sums + side, blocks: scratch.blocks)
    for offset in 0..<2 { copySums(offset, to: 2 &* row &+ offset, arguments, scratch) }
    moveUp(scratch)
  }
  for offset in 0..<side &- 1 { copySums(offset, to: 2 &* rows &+ offset, arguments, scratch) }
}

/// The lanes of a patch that lie beside a smaller window: infinity times 0 is not 0.
private func clearBeside(_ geometry: WindowGeometry, _ scratch: Scratch) {
  let (height, width) = (geometry.windowHeight, geometry.windowWidth)
  for pixel in 0..<2 &* scratch.blocks &* side {
    let patch = scratch.patches + pixel &* patchLength
    for y in 0..<side {
      for x in (y < height ? width : 0)..<side { patch[y &* side &+ x] = 0 }
    }
  }
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

/// The channels of a window that are not 0, a bit each, by the pixel that they chose.
private struct Choices {
  var upperLeft: UInt32 = 0
  var upperRight: UInt32 = 0
  var lowerLeft: UInt32 = 0
  var lowerRight: UInt32 = 0

  var areEmpty: Bool {
    @inline(__always) get { upperLeft | upperRight | lowerLeft | lowerRight == 0 }
  }

  /// - Parameters:
  ///   - first: the position of the upper left pixel.
  ///   - width: how far the lower pixels are from the upper ones.
  ///   - copy: where the values go, too.
  @inline(__always)
  init(
    _ values: UnsafePointer<Float>, _ positions: UnsafePointer<Int32>, channels: Int,
    first: Int32, width: Int32, copy: UnsafeMutablePointer<Float>
  ) {
    let right = IntegerVector(repeating: first &+ 1)
    let below = IntegerVector(repeating: first &+ width)
    let last = IntegerVector(repeating: first &+ width &+ 1)
    let positions = UnsafeRawPointer(positions).assumingMemoryBound(to: Float.self)
    for channel in stride(from: 0, to: groupLength, by: Vector.scalarCount) {
      let rest = channels &- channel
      if rest <= 0 { break }
      let isWhole = rest >= Vector.scalarCount
      let value = isWhole ? load(values + channel) : defend_load_prefix(values + channel, rest)
      let place =
        isWhole ? load(positions + channel) : defend_load_prefix(positions + channel, rest)
      let position = unsafeBitCast(place, to: IntegerVector.self)
      store(value, to: copy + channel)
      let shift = UInt32(truncatingIfNeeded: channel)
      upperLeft |= defend_nonzero_lanes(value) &<< shift
      upperRight |= defend_equal_lanes(position, right) &<< shift
      lowerLeft |= defend_equal_lanes(position, below) &<< shift
      lowerRight |= defend_equal_lanes(position, last) &<< shift
    }
    upperRight &= upperLeft
    lowerLeft &= upperLeft
    lowerRight &= upperLeft
    upperLeft ^= upperRight | lowerLeft | lowerRight
  }
}

/// The patch of a pixel.
private struct Patch {
  private var sums = Sixteen(repeating: .zero)

  /// Adds the product of the first value that is left, or −0, and its weights.
  @inline(__always)
  mutating func addNext(
    _ channels: inout UInt32, _ values: UnsafePointer<Float>, _ weights: UnsafePointer<Float>
  ) {
    let channel = channels.trailingZeroBitCount
    channels &= channels &- 1
    let value = Vector(repeating: values[channel])
    let row = weights + channel &* patchLength
    for part in sums.indices {
      sums[part] = defend_multiply_add(value, load(row + part &* Vector.scalarCount), sums[part])
    }
  }

  @inline(__always)
  func store(to target: UnsafeMutablePointer<Float>) {
    for part in sums.indices {
      UnsafeMutableRawPointer(target + part &* Vector.scalarCount).storeBytes(
        of: sums[part], as: Vector.self)
    }
  }
}

/// Makes the patches of a row of windows.
///
/// - Parameter first: the position of the row's first pixel.
private func makePatches(
  _ values: UnsafePointer<Float>, _ positions: UnsafePointer<Int32>, _ geometry: WindowGeometry,
  columns: Int, first: Int, _ scratch: Scratch
) {
  let channels = geometry.channels
  let width = Int32(truncatingIfNeeded: geometry.width)
  var (value, position) = (values, positions)
  var patch = scratch.patches
  for column in 0..<columns {
    defend_prefetch(value, windowsAhead &* channels)
    defend_prefetch(
      UnsafeRawPointer(position).assumingMemoryBound(to: Float.self), windowsAhead &* channels)
    var (upperLeft, upperRight, lowerLeft, lowerRight) = (Patch(), Patch(), Patch(), Patch())
    var weights = UnsafePointer(scratch.weights)
    for channel in stride(from: 0, to: channels, by: groupLength) {
      var choices = Choices(
        value + channel, position + channel, channels: channels &- channel,
        first: Int32(truncatingIfNeeded: first &+ 2 &* column), width: width,
        copy: scratch.values)
      // All four at once: so a sum need not wait for the one before it, nor a branch for each pixel.
      while !choices.areEmpty {
        upperLeft.addNext(&choices.upperLeft, scratch.values, weights)
        upperRight.addNext(&choices.upperRight, scratch.values, weights)
        lowerLeft.addNext(&choices.lowerLeft, scratch.values, weights)
        lowerRight.addNext(&choices.lowerRight, scratch.values, weights)
      }
      weights += groupWeights
    }
    upperLeft.store(to: patch)
    upperRight.store(to: patch + patchLength)
    lowerLeft.store(to: patch + scratch.rowLength)
    lowerRight.store(to: patch + (scratch.rowLength &+ patchLength))
    value += channels
    position += channels
    patch += 2 &* patchLength
  }
}

/// Adds the patches of a row of pixels to four rows of sums. Where a patch has no column it adds +0,
/// which changes nothing: a sum that began at +0 is never −0.
private func addPatches(
  _ patches: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>, blocks: Int
) {
  for part in stride(from: 0, to: patchLength, by: Vector.scalarCount) {
    var patch = patches + part
    var target = sums + part
    var left = load(target)
    for _ in 0..<blocks {
      var right = load(target + blockLength)
      left += load(patch)
      let (second, third) = (load(patch + patchLength), load(patch + 2 &* patchLength))
      let fourth = load(patch + 3 &* patchLength)
      left += defend_fours_up(second, 1)
      right += defend_fours_down(second, 3)
      left += defend_fours_up(third, 2)
      right += defend_fours_down(third, 2)
      left += defend_fours_up(fourth, 3)
      right += defend_fours_down(fourth, 1)
      store(left, to: target)
      left = right
      patch += side &* patchLength
      target += blockLength
    }
    store(left, to: target)
  }
}

/// Copies a row of sums to the image, without what lies in padding.
private func copySums(
  _ offset: Int, to paddedRow: Int, _ arguments: UnpooledImageArguments, _ scratch: Scratch
) {
  let geometry = arguments.geometry
  let row = paddedRow &- geometry.paddingTop
  guard row >= 0, row < geometry.height else { return }
  let target = arguments.image + row &* geometry.width
  for block in 0...scratch.blocks {
    let source = scratch.sums + (block &* blockLength &+ offset &* side)
    let column = block &* side &- geometry.paddingLeft
    if column >= 0, column &+ side <= geometry.width {
      UnsafeMutableRawPointer(target + column).storeBytes(
        of: UnsafeRawPointer(source).loadUnaligned(as: SIMD4<Float>.self), as: SIMD4<Float>.self)
    } else {
      for place in max(0, -column)..<max(0, -column, min(side, geometry.width &- column)) {
        target[column &+ place] = source[place]
      }
    }
  }
}

/// Brings the sums two rows up, and zeros after them.
private func moveUp(_ scratch: Scratch) {
  for block in 0...scratch.blocks {
    let rows = scratch.sums + block &* blockLength
    for part in stride(from: 0, to: patchLength, by: Vector.scalarCount) {
      store(load(rows + (2 &* side &+ part)), to: rows + part)
    }
    (rows + patchLength).update(repeating: 0, count: side)
  }
}
