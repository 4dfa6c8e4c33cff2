internal import CKernelSupport
internal import KernelInterface

#if !(KERNELS_AVX512 || arch(arm64))
  /// The windows that are done together: a sum is not met again before it has arrived in memory.
  private let windowLimit = 16
  /// The channels whose places are found together.
  private let channelLimit = 16

  /// What ``multiplyUnpooledPatches`` makes, with the sums in memory: each value is added where it
  /// belongs and nowhere else, a quarter of the products. Weights must be finite, so that what is
  /// left out is 0.
  ///
  /// - Parameter makeAll: makes the patches of some neighbouring windows with all products.
  @inline(__always)
  func addUnpooledPatches(
    _ arguments: UnpooledPatchArguments, makeAll: (_ y: Int, _ x: Range<Int>) -> Void
  ) {
    let width = arguments.pooling.geometry.outputWidth
    // What is larger would be taken from the heap.
    withUnsafeTemporaryAllocation(
      of: Int32.self, capacity: windowLimit &* channelLimit
    ) { memory in
      guard let places = memory.baseAddress else { return }
      for y in arguments.pooling.windowRows {
        for x in stride(from: 0, to: width, by: windowLimit) {
          let count = min(windowLimit, width &- x)
          let isExact = addPatches(arguments, y: y, x: x, count: count, places: places)
          if !isExact { makeAll(y, x..<x &+ count) }
        }
      }
    }
  }

  /// The patches of some neighbouring windows.
  ///
  /// - Returns: whether they are what all products would give. A sum that vanished from below is −0,
  ///   which a product with 0 may change to +0, and nothing else can be changed by one.
  private func addPatches(
    _ arguments: UnpooledPatchArguments, y: Int, x: Int, count: Int,
    places: UnsafeMutablePointer<Int32>
  ) -> Bool {
    let (pooling, geometry) = (arguments.pooling, arguments.pooling.geometry)
    let channels = geometry.channels
    let tapLimit = UnpooledPatchArguments.tapLimit
    let rowLength = 2 &* geometry.outputWidth &* tapLimit
    let patches =
      arguments.patches + 2 &* (y &- pooling.windowRows.lowerBound) &* rowLength
      + 2 &* x &* tapLimit
    for row in 0..<2 {
      (patches + row &* rowLength).update(repeating: 0, count: 2 &* count &* tapLimit)
    }
    let first = (y &* geometry.outputWidth &+ x) &* channels
    guard let positions = pooling.indices.map({ $0 + first }) else { return false }
    let values = pooling.input + first
    for start in stride(from: 0, to: channels, by: channelLimit) {
      let rest = min(channelLimit, channels &- start)
      findPlaces(
        UnsafeRawPointer(positions + start).assumingMemoryBound(to: Float.self), values + start,
        geometry, first: 2 &* (y &* geometry.width &+ x), count: count, channels: rest,
        rowLength: rowLength, places: places)
      for channel in 0..<rest {
        let weights = load(
          arguments.weights + (start &+ channel) &* arguments.taps, count: arguments.taps)
        var value = values + (start &+ channel)
        var place = places + channel
        for _ in 0..<count {
          let patch = patches + Int(place.pointee)
          let factor = Vector(repeating: value.pointee)
          for part in weights.indices {
            let sum = patch + part &* Vector.scalarCount
            Vector(at: sum).adding(factor, times: weights[part]).store(to: sum)
          }
          value += channels
          place += channelLimit
        }
      }
    }
    return !haveNegativeZeros(patches, count: 2 &* count &* tapLimit)
      && !haveNegativeZeros(patches + rowLength, count: 2 &* count &* tapLimit)
  }

  /// - Parameter count: whole vectors.
  @inline(__always)
  func haveNegativeZeros(_ sums: UnsafePointer<Float>, count: Int) -> Bool {
    var smallest = IntegerVector.zero
    var place = 0
    while place < count {
      smallest = defend_smaller(smallest, Vector(at: sums + place).bits)
      place &+= Vector.scalarCount
    }
    return defend_any_smallest(smallest) != 0
  }

  /// The taps of a channel, and zeros.
  @inline(__always)
  private func load(_ weights: UnsafePointer<Float>, count: Int) -> Sixteen {
    var taps = Sixteen(repeating: .zero)
    for part in taps.indices {
      let first = part &* Vector.scalarCount
      taps[part] = defend_load_prefix(
        weights + first, max(0, min(Vector.scalarCount, count &- first)))
    }
    return taps
  }

  /// Where the patches of the chosen pixels are, in elements.
  ///
  /// - Parameters:
  ///   - first: the position of the upper left pixel of the first window.
  ///   - rowLength: from the patches of a row of pixels to those of the next.
  ///   - places: of a channel of a window, `channelLimit` from window to window.
  @inline(__always)
  private func findPlaces(
    _ positions: UnsafePointer<Float>, _ values: UnsafePointer<Float>, _ geometry: WindowGeometry,
    first: Int, count: Int, channels: Int, rowLength: Int, places: UnsafeMutablePointer<Int32>
  ) {
    @inline(__always) func integers(_ value: Int) -> IntegerVector {
      IntegerVector(repeating: Int32(truncatingIfNeeded: value))
    }
    let tapLimit = UnpooledPatchArguments.tapLimit
    let (first, width) = (integers(first), integers(geometry.width))
    let lowerRow = integers(rowLength &- geometry.width &* tapLimit)
    for window in 0..<count {
      let ahead = (window &+ windowLimit) &* geometry.channels
      defend_prefetch(values, ahead)
      defend_prefetch(positions, ahead)
      let source = positions + window &* geometry.channels
      let target = UnsafeMutableRawPointer(places + window &* channelLimit)
      var channel = 0
      while channel < channels {
        let rest = channels &- channel
        let bits =
          rest < Vector.scalarCount
          ? defend_load_prefix(source + channel, rest) : Vector(at: source + channel)
        let position = bits.bits &- first
        let place = position &* integers(tapLimit)
        target.storeBytes(
          of: place.replacing(with: place &+ lowerRow, where: position .>= width),
          toByteOffset: channel &* MemoryLayout<Int32>.size, as: IntegerVector.self)
        channel &+= Vector.scalarCount
      }
    }
  }

  /// Whether there is neither NaN nor infinity.
  func areFinite(_ values: UnsafePointer<Float>, count: Int) -> Bool {
    var sum = Vector.zero
    var place = 0
    while place &+ Vector.scalarCount <= count {
      let value = Vector(at: values + place)
      sum += value - value
      place &+= Vector.scalarCount
    }
    let rest = defend_load_prefix(values + place, count &- place)
    sum += rest - rest
    // Either 0 or NaN.
    return defend_any_bit(sum.bits) == 0
  }
#endif
