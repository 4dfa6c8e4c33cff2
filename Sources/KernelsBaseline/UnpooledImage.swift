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
/// The values of a group, a 0 and what fills the line.
private let groupValues = groupLength + 8
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
      add(
        arguments.pointee,
        Scratch(arguments.pointee, scratch.assumingMemoryBound(to: Float.self)))
    }
  }
  return true
}

private struct Scratch {
  /// `[groups, 33, 4, 4]`
  let weights: UnsafeMutablePointer<Float>
  /// `[columns, groups, 40]`: the values of a row of windows, and a 0 behind each 32.
  let values: UnsafeMutablePointer<Float>
  /// `[32]`: the positions of a last group.
  let positions: UnsafeMutablePointer<Int32>
  /// `[columns, groups]`
  let choices: UnsafeMutablePointer<Choices>
  /// `[2, 4 · blocks, 4, 4]`: for each pixel of two rows what it gives.
  let patches: UnsafeMutablePointer<Float>
  /// `[blocks + 1, 8, 4]`: of eight rows four columns each.
  let sums: UnsafeMutablePointer<Float>
  let groups: Int
  let blocks: Int
  let rowLength: Int

  init(_ arguments: UnpooledImageArguments, _ memory: UnsafeMutablePointer<Float>) {
    let geometry = arguments.pooling.geometry
    groups = (geometry.channels &+ groupLength &- 1) / groupLength
    blocks = (2 &* geometry.outputWidth &+ side &- 1) / side
    rowLength = blocks &* side &* patchLength
    patches = memory
    sums = patches + 2 &* rowLength
    weights = sums + (blocks &+ 1) &* blockLength
    values = weights + groups &* groupWeights
    let count = geometry.outputWidth &* groups
    let rest = UnsafeMutableRawPointer(values + count &* groupValues)
    positions = rest.assumingMemoryBound(to: Int32.self)
    choices = (rest + 4 &* groupLength).assumingMemoryBound(to: Choices.self)
    copyWeights(arguments, to: weights)
    // A product with it is −0, which changes no sum.
    for group in 0..<count { values[group &* groupValues &+ groupLength] = 0 }
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
    choose(
      arguments.pooling.input + row &* rowLength, indices + row &* rowLength, pooling,
      columns: columns, first: 2 &* row &* pooling.width, scratch)
    makePatches(columns: columns, scratch)
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
  var upperLeft: UInt32
  var upperRight: UInt32
  var lowerLeft: UInt32
  var lowerRight: UInt32

  var areEmpty: Bool {
    @inline(__always) get { upperLeft | upperRight | lowerLeft | lowerRight == 0 }
  }

  /// - Parameters:
  ///   - values: 32 of them.
  ///   - first: the position of the upper left pixel.
  ///   - width: how far the lower pixels are from the upper ones.
  @inline(__always)
  init(
    _ values: UnsafePointer<Float>, _ positions: UnsafePointer<Int32>, first: Int32, width: Int32
  ) {
    let nonzero = defend_nonzero_bits(values)
    upperRight = nonzero & defend_equal_bits(positions, first &+ 1)
    lowerLeft = nonzero & defend_equal_bits(positions, first &+ width)
    lowerRight = nonzero & defend_equal_bits(positions, first &+ width &+ 1)
    upperLeft = nonzero ^ (upperRight | lowerLeft | lowerRight)
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

/// - Parameter count: of those that there are of 32; the others become 0.
@inline(__always)
private func copyValues(
  _ values: UnsafePointer<Float>, count: Int, to target: UnsafeMutablePointer<Float>
) {
  for channel in stride(from: 0, to: groupLength, by: Vector.scalarCount) {
    let value =
      count == groupLength
      ? load(values + channel)
      : defend_load_prefix(values + channel, max(0, min(Vector.scalarCount, count &- channel)))
    store(value, to: target + channel)
  }
}

/// Finds out what the windows of a row have chosen.
///
/// - Parameter first: the position of the row's first pixel.
private func choose(
  _ values: UnsafePointer<Float>, _ positions: UnsafePointer<Int32>, _ geometry: WindowGeometry,
  columns: Int, first: Int, _ scratch: Scratch
) {
  let channels = geometry.channels
  let width = Int32(truncatingIfNeeded: geometry.width)
  var (value, position) = (values, positions)
  var (target, choices) = (scratch.values, scratch.choices)
  for column in 0..<columns {
    for line in stride(from: 0, to: channels, by: cacheLineFloats) {
      defend_prefetch(value, windowsAhead &* channels &+ line)
      defend_prefetch(
        UnsafeRawPointer(position).assumingMemoryBound(to: Float.self),
        windowsAhead &* channels &+ line)
    }
    let first = Int32(truncatingIfNeeded: first &+ 2 &* column)
    var rest = channels
    while rest >= groupLength {
      copyValues(value, count: groupLength, to: target)
      choices.pointee = Choices(target, position, first: first, width: width)
      value += groupLength
      position += groupLength
      target += groupValues
      choices += 1
      rest &-= groupLength
    }
    if rest > 0 {
      copyValues(value, count: rest, to: target)
      scratch.positions.update(from: position, count: rest)
      choices.pointee = Choices(target, scratch.positions, first: first, width: width)
      value += rest
      position += rest
      target += groupValues
      choices += 1
    }
  }
}

/// Makes the patches of a row of windows from what they have chosen.
private func makePatches(columns: Int, _ scratch: Scratch) {
  var (values, choices) = (UnsafePointer(scratch.values), UnsafePointer(scratch.choices))
  var patch = scratch.patches
  for _ in 0..<columns {
    var (upperLeft, upperRight, lowerLeft, lowerRight) = (Patch(), Patch(), Patch(), Patch())
    var weights = UnsafePointer(scratch.weights)
    for _ in 0..<scratch.groups {
      var rest = choices.pointee
      // All four at once: so a sum need not wait for the one before it, nor a branch for each pixel.
      while !rest.areEmpty {
        upperLeft.addNext(&rest.upperLeft, values, weights)
        upperRight.addNext(&rest.upperRight, values, weights)
        lowerLeft.addNext(&rest.lowerLeft, values, weights)
        lowerRight.addNext(&rest.lowerRight, values, weights)
      }
      values += groupValues
      weights += groupWeights
      choices += 1
    }
    upperLeft.store(to: patch)
    upperRight.store(to: patch + patchLength)
    lowerLeft.store(to: patch + scratch.rowLength)
    lowerRight.store(to: patch + (scratch.rowLength &+ patchLength))
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
