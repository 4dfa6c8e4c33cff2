internal import CKernelSupport
internal import KernelInterface

private let tapLimit = UnpooledPatchArguments.tapLimit

/// What ``multiplyUnpooledPatches`` makes, with the sums in memory: each value that is not 0 is added
/// where it belongs and nowhere else. Weights must be finite, so that what is left out is 0.
///
/// - Parameter makeAll: makes the patches of some neighbouring windows with all products.
@inline(__always)
func addUnpooledPatches(
  _ arguments: UnpooledPatchArguments, makeAll: (_ y: Int, _ x: Range<Int>) -> Void
) {
  var work = Work(arguments: arguments)
  let width = arguments.pooling.geometry.outputWidth
  for y in arguments.pooling.windowRows {
    for x in stride(from: 0, to: width, by: NonzeroWindows.windowLimit) {
      (work.y, work.x) = (y, x..<min(width, x &+ NonzeroWindows.windowLimit))
      withUnsafeMutablePointer(to: &work) { context in
        defend_with_scratch(context) { context, scratch in
          let work = context.assumingMemoryBound(to: Work.self)
          work.pointee.isExact = addPatches(
            work.pointee, Scratch(scratch.assumingMemoryBound(to: Float.self)))
        }
      }
      if !work.isExact { makeAll(y, work.x) }
    }
  }
}

/// Some neighbouring windows.
private struct Work {
  let arguments: UnpooledPatchArguments
  var y = 0
  var x = 0..<0
  var isExact = false
}

private struct Scratch {
  var nonzeros: NonzeroWindows
  /// `[channels, 16]`: the weights of some channels, where they are fewer than 16 each.
  let weights: UnsafeMutablePointer<Float>

  init(_ memory: UnsafeMutablePointer<Float>) {
    nonzeros = NonzeroWindows(memory)
    weights = memory + NonzeroWindows.length
  }
}

/// - Returns: whether the patches are what all products would give, see ``haveNegativeZeros``.
private func addPatches(_ work: Work, _ scratch: Scratch) -> Bool {
  let arguments = work.arguments
  let (pooling, geometry) = (arguments.pooling, arguments.pooling.geometry)
  let (channels, windows) = (geometry.channels, work.x.count)
  let rowLength = 2 &* geometry.outputWidth &* tapLimit
  let upper =
    arguments.patches + 2 &* (work.y &- pooling.windowRows.lowerBound) &* rowLength
    + 2 &* work.x.lowerBound &* tapLimit
  let lower = upper + rowLength
  let length = 2 &* windows &* tapLimit
  upper.update(repeating: 0, count: length)
  lower.update(repeating: 0, count: length)
  let first = (work.y &* geometry.outputWidth &+ work.x.lowerBound) &* channels
  guard let positions = pooling.indices.map({ $0 + first }) else { return false }
  let values = pooling.input + first
  // The positions of the first window's left pixels.
  let upperRow = 2 &* (work.y &* geometry.width &+ work.x.lowerBound)
  var nonzeros = scratch.nonzeros
  for channel in stride(from: 0, to: channels, by: NonzeroWindows.channelLimit) {
    let count = min(NonzeroWindows.channelLimit, channels &- channel)
    nonzeros.find(
      values + channel, positions + channel, geometry, lowerRow: upperRow &+ geometry.width,
      sorts: false, shift: geometry.width &- 2 &* geometry.outputWidth, windows: windows,
      channels: count, ahead: NonzeroWindows.windowLimit &* channels)
    var weights = arguments.weights + channel &* arguments.taps
    if arguments.taps < tapLimit {
      copy(weights, taps: arguments.taps, channels: count, to: scratch.weights)
      weights = UnsafePointer(scratch.weights)
    }
    addProducts(nonzeros, weights, to: upper - upperRow &* tapLimit)
  }
  return !haveNegativeZeros(upper, count: length) && !haveNegativeZeros(lower, count: length)
}

/// Adds the products of some values and their channels' weights.
///
/// - Parameter patches: where that of position 0 would be.
@inline(__always)
private func addProducts(
  _ nonzeros: NonzeroWindows, _ weights: UnsafePointer<Float>,
  to patches: UnsafeMutablePointer<Float>
) {
  for index in 0..<nonzeros.upperCount {
    let name = Int(nonzeros.upper[index])
    let factor = Vector(repeating: nonzeros.values[name])
    let patch = patches + Int(nonzeros.positions[name]) &* tapLimit
    let row = weights + name % NonzeroWindows.channelLimit &* tapLimit
    for tap in stride(from: 0, to: tapLimit, by: Vector.scalarCount) {
      let sum = UnsafeMutableRawPointer(patch + tap)
      let weight = UnsafeRawPointer(row + tap).loadUnaligned(as: Vector.self)
      sum.storeBytes(
        of: defend_multiply_add(factor, weight, sum.loadUnaligned(as: Vector.self)),
        as: Vector.self)
    }
  }
}

/// `[channels, taps]` to `[channels, 16]`, the rest 0.
private func copy(
  _ weights: UnsafePointer<Float>, taps: Int, channels: Int, to target: UnsafeMutablePointer<Float>
) {
  for channel in 0..<channels {
    for tap in stride(from: 0, to: tapLimit, by: Vector.scalarCount) {
      defend_load_prefix(
        weights + (channel &* taps &+ tap), max(0, min(Vector.scalarCount, taps &- tap))
      ).store(to: target + (channel &* tapLimit &+ tap))
    }
  }
}
