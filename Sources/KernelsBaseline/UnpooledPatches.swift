internal import CKernelSupport
internal import KernelInterface

/// The windows that share what is loaded of the weights.
private let windowsPerGroup = 4

/// The patches that a convolution's weights make of the gradient of its pooled result, 16 taps or
/// fewer each: `[pixels, 16]`. Every element is one chain of fused multiply-adds from 0, ascending
/// in the channels; zeros are left out, as they change nothing.
///
/// Each value goes to one of the four pixels of its window, so a fourth of the products is made.
func multiplyUnpooledPatches(_ arguments: UnpooledPatchArguments) {
  let geometry = arguments.pooling.geometry
  let channels = geometry.channels
  withUnsafeTemporaryAllocation(
    of: Int32.self, capacity: windowsPerGroup &* (channels &+ Vector.scalarCount)
  ) { memory in
    guard let offsets = memory.baseAddress else { return }
    for y in arguments.pooling.windowRows {
      var x = 0
      while x < geometry.outputWidth {
        let isWhole = x &+ windowsPerGroup <= geometry.outputWidth
        let windows = isWhole ? windowsPerGroup : 1
        let place = GroupPlace(arguments, y: y, x: x)
        for window in 0..<windows { place.clear(window) }
        for window in 0..<windows {
          place.findOffsets(of: window, to: offsets + window &* channels)
        }
        if isWhole {
          place.addProducts(windows: windowsPerGroup, offsets)
        } else {
          place.addProducts(windows: 1, offsets)
        }
        x &+= windows
      }
    }
  }
}

/// Some neighbouring windows.
private struct GroupPlace {
  let values: UnsafePointer<Float>
  let indices: UnsafePointer<Float>
  /// The upper left pixel's patch, and from there to the lower left one's.
  let patches: UnsafeMutablePointer<Float>
  let rowLength: Int
  /// The upper left pixel's position.
  let first: Int
  let width: Int
  let channels: Int
  let weights: UnsafePointer<Float>
  let taps: Int
  /// From the upper left pixel's patch to one that nobody reads.
  let nowhere: Int

  @inline(__always)
  init(_ arguments: UnpooledPatchArguments, y: Int, x: Int) {
    let pooling = arguments.pooling
    let geometry = pooling.geometry
    channels = geometry.channels
    let window = (y &* geometry.outputWidth &+ x) &* channels
    values = pooling.input + window
    indices = UnsafeRawPointer(pooling.indices.unsafelyUnwrapped + window)
      .assumingMemoryBound(to: Float.self)
    rowLength = 2 &* geometry.outputWidth &* UnpooledPatchArguments.tapLimit
    let start =
      2 &* (y &- pooling.windowRows.lowerBound) &* rowLength
      &+ 2 &* x &* UnpooledPatchArguments.tapLimit
    patches = arguments.patches + start
    nowhere = 2 &* pooling.windowRows.count &* rowLength &- start
    width = geometry.width
    first = 2 &* y &* width &+ 2 &* x
    weights = arguments.weights
    taps = arguments.taps
  }

  @inline(__always)
  func clear(_ window: Int) {
    let patch = patches + 2 &* window &* UnpooledPatchArguments.tapLimit
    for place in stride(
      from: 0, to: 2 &* UnpooledPatchArguments.tapLimit, by: Vector.scalarCount)
    {
      Vector.zero.store(to: patch + place)
      Vector.zero.store(to: patch + (rowLength &+ place))
    }
  }

  /// Where the patch of each channel's pixel is.
  @inline(__always)
  func findOffsets(of window: Int, to offsets: UnsafeMutablePointer<Int32>) {
    func number(_ value: Int) -> IntegerVector {
      IntegerVector(repeating: Int32(truncatingIfNeeded: value))
    }
    let tapLimit = UnpooledPatchArguments.tapLimit
    let start = 2 &* window &* tapLimit
    let position = first &+ 2 &* window
    let target = UnsafeMutableRawPointer(offsets).assumingMemoryBound(to: Float.self)
    var channel = 0
    while channel < channels {
      let count = min(Vector.scalarCount, channels &- channel)
      let index = defend_load_prefix(indices + (window &* channels &+ channel), count).bits
      var offset = number(nowhere)
      offset.replace(with: number(start), where: index .== number(position))
      offset.replace(with: number(start &+ tapLimit), where: index .== number(position &+ 1))
      offset.replace(
        with: number(start &+ rowLength), where: index .== number(position &+ width))
      offset.replace(
        with: number(start &+ rowLength &+ tapLimit),
        where: index .== number(position &+ width &+ 1))
      defend_store_prefix(target + channel, count, Vector(bits: offset))
      channel &+= count
    }
  }

  @inline(__always)
  func addProducts(windows: Int, _ offsets: UnsafePointer<Int32>) {
    let vectors = UnpooledPatchArguments.tapLimit / Vector.scalarCount
    var row = weights
    for channel in 0..<channels {
      for vector in 0..<vectors {
        let first = vector &* Vector.scalarCount
        let weight = defend_load_prefix(
          row + first, max(0, min(Vector.scalarCount, taps &- first)))
        for window in 0..<windows {
          let place = window &* channels &+ channel
          let target = patches + (Int(offsets[place]) &+ first)
          Vector(at: target).adding(Vector(repeating: values[place]), times: weight)
            .store(to: target)
        }
      }
      row += taps
    }
  }
}
