internal import CKernelSupport
internal import KernelInterface

// An image of one channel gives its convolution few products a result, so that it takes nearly as
// long to store the results, load them again and find the largest of each four. So here a window of
// the pooling is one tile of registers, and only what it pools to leaves them. The loops over a tile
// have constant bounds, so that they are unrolled and every accumulator becomes a variable.

/// Convolves an image and pools the result: the bits of a product with the image's patches, a chain
/// of fused multiply-adds from 0 in ascending (ky, kx) each, whose bias is added by the pooling.
///
/// - Returns: whether it was done. If not, nothing was written: a result might not be finite, and
///   the order in which pooling meets NaN is not kept here.
func convolvePooled(_ arguments: PooledConvolutionArguments) -> Bool {
  guard areFinite(arguments) else { return false }
  var arguments = arguments
  withUnsafeMutablePointer(to: &arguments) { context in
    defend_with_scratch(context) { context, scratch in
      let arguments = context.assumingMemoryBound(to: PooledConvolutionArguments.self).pointee
      let scratch = Scratch(scratch)
      let pixels = findNonzeros(arguments, at: scratch.pixels)
      switch arguments.geometry.windowWidth {
      case 3: convolve(Window<3>.self, arguments, pixels, scratch.weights)
      case 4: convolve(Window<4>.self, arguments, pixels, scratch.weights)
      default: convolve(Window<5>.self, arguments, pixels, scratch.weights)
      }
    }
  }
  return true
}

private struct Scratch {
  /// A bit for every pixel that is not 0, a number a row.
  let pixels: UnsafeMutablePointer<UInt64>
  /// The weights of some channels, tap by tap.
  let weights: UnsafeMutablePointer<Float>

  init(_ memory: UnsafeMutableRawPointer) {
    pixels = memory.assumingMemoryBound(to: UInt64.self)
    weights = UnsafeMutableRawPointer(pixels + rowLimit).assumingMemoryBound(to: Float.self)
  }
}

/// The most rows of pixels that have bits.
private let rowLimit = 96

/// Writes a bit for every pixel that is not 0, a number a row: images have black margins.
///
/// - Returns: nil where there are too many rows or columns.
private func findNonzeros(
  _ arguments: PooledConvolutionArguments, at target: UnsafeMutablePointer<UInt64>
) -> UnsafePointer<UInt64>? {
  let (width, pooling) = (arguments.geometry.paddedWidth, arguments.pooling)
  let first = 2 &* pooling.windowRows.lowerBound
  let count = 2 &* pooling.windowRows.count &+ arguments.geometry.windowHeight &- 1
  guard width <= UInt64.bitWidth, count <= rowLimit else { return nil }
  for row in 0..<count {
    target[row] = nonzeroBits(arguments.image + (first &+ row) &* width, count: width)
  }
  return UnsafePointer(target)
}

/// Whether all results are, by a bound of their size.
private func areFinite(_ arguments: PooledConvolutionArguments) -> Bool {
  let (geometry, pooling) = (arguments.geometry, arguments.pooling)
  let (taps, channels) = (geometry.patchLength, pooling.geometry.channels)
  let rows = 2 &* pooling.windowRows.count &+ geometry.windowHeight &- 1
  let pixel = largestMagnitude(
    arguments.image + 2 &* pooling.windowRows.lowerBound &* geometry.paddedWidth,
    count: rows &* geometry.paddedWidth)
  let weight = largestMagnitude(arguments.weights, count: taps &* channels)
  let bias = pooling.bias.map { largestMagnitude($0, count: channels) } ?? 0
  // Roundings add less than is left out of what a number can be.
  let bound = Double(pixel) * Double(weight) * Double(taps) + Double(bias)
  return bound < Double(Float.greatestFiniteMagnitude) / 2
}

/// A square window.
private enum Window<let width: Int> {}

/// - Parameters:
///   - pixels: the bits of those that are not 0, if they are known.
///   - weights: room for those of some channels.
@inline(__always)
private func convolve<let width: Int>(
  _ window: Window<width>.Type, _ arguments: PooledConvolutionArguments,
  _ pixels: UnsafePointer<UInt64>?, _ weights: UnsafeMutablePointer<Float>
) {
  let channels = arguments.pooling.geometry.channels
  var channel = 0
  while channel &+ TwoVectors.count <= channels {
    convolve(TwoVectors.self, from: channel, window, arguments, pixels, weights)
    channel &+= TwoVectors.count
  }
  if channel < channels {
    convolve(OneVector.self, from: channel, window, arguments, pixels, weights)
  }
}

/// Some channels of all windows of the pooling.
@inline(__always)
private func convolve<C: Channels, let width: Int>(
  _: C.Type, from channel: Int, _ window: Window<width>.Type,
  _ arguments: PooledConvolutionArguments, _ pixels: UnsafePointer<UInt64>?,
  _ weights: UnsafeMutablePointer<Float>
) {
  let (pooling, rowStride) = (arguments.pooling, arguments.geometry.paddedWidth)
  let (geometry, channels) = (pooling.geometry, pooling.geometry.channels)
  let bias = pooling.bias.map { $0 + channel }
  let first = pooling.windowColumns.lowerBound
  // Side by side, taps are known distances apart: no pointer to each of them, and registers for it.
  for tap in 0..<width &* width {
    C(at: arguments.weights + (tap &* channels &+ channel)).store(to: weights + tap &* C.count)
  }
  var pixels = pixels
  for y in pooling.windowRows {
    var bits: UInt64 = pixels == nil ? .max : 0
    if let rows = pixels {
      for row in 0...width { bits |= rows[row] }
      pixels = rows + 2
    }
    var image = arguments.image + (2 &* y &* rowStride &+ 2 &* first)
    var result = (y &* geometry.outputWidth &+ first) &* channels &+ channel
    var place = Int32(truncatingIfNeeded: 2 &* y &* geometry.width &+ 2 &* first)
    for x in pooling.windowColumns {
      var tile = Tile<C>()
      // Where all pixels are 0, so are all products.
      if bits &>> UInt64(truncatingIfNeeded: 2 &* x) & (2 &<< UInt64(width) &- 1) != 0 {
        tile.add(window, image, rowStride: rowStride, UnsafePointer(weights))
      }
      tile.forEachVector { upperLeft, upperRight, lowerLeft, lowerRight, offset in
        let maximum = Maximum(
          upperLeft, upperRight, lowerLeft, lowerRight,
          bias: bias.map { UnsafeRawPointer($0 + offset) })
        if let values = pooling.output {
          maximum.storeValue(to: values + (result &+ offset), isRectified: pooling.isRectified)
        }
        if let positions = pooling.outputIndices {
          maximum.storePosition(
            to: positions + (result &+ offset), first: place,
            width: Int32(truncatingIfNeeded: geometry.width))
        }
      }
      image += 2
      result &+= channels
      place &+= 2
    }
  }
}

/// Some neighbouring channels, in registers.
private protocol Channels {
  static var count: Int { get }
  init()
  init(at source: UnsafePointer<Float>)
  func store(to target: UnsafeMutablePointer<Float>)
  mutating func add(_ pixel: Vector, times weights: Self)
  /// Calls `body` with the vectors of four of these and how far their channels are from the first.
  static func forEachVector(
    _ a: Self, _ b: Self, _ c: Self, _ d: Self, from offset: Int,
    _ body: (Vector, Vector, Vector, Vector, Int) -> Void)
}

private struct OneVector: Channels {
  private var vector: Vector

  @inline(__always) static var count: Int { Vector.scalarCount }
  @inline(__always) init() { vector = .zero }

  @inline(__always) init(at source: UnsafePointer<Float>) {
    vector = UnsafeRawPointer(source).loadUnaligned(as: Vector.self)
  }

  @inline(__always) func store(to target: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(target).storeBytes(of: vector, as: Vector.self)
  }

  @inline(__always) mutating func add(_ pixel: Vector, times weights: Self) {
    vector = defend_multiply_add(pixel, weights.vector, vector)
  }

  @inline(__always)
  static func forEachVector(
    _ a: Self, _ b: Self, _ c: Self, _ d: Self, from offset: Int,
    _ body: (Vector, Vector, Vector, Vector, Int) -> Void
  ) {
    body(a.vector, b.vector, c.vector, d.vector, offset)
  }
}

private struct TwoVectors: Channels {
  private var left: OneVector
  private var right: OneVector

  @inline(__always) static var count: Int { 2 * OneVector.count }

  @inline(__always) init() { (left, right) = (OneVector(), OneVector()) }

  @inline(__always) init(at source: UnsafePointer<Float>) {
    left = OneVector(at: source)
    right = OneVector(at: source + OneVector.count)
  }

  @inline(__always) func store(to target: UnsafeMutablePointer<Float>) {
    left.store(to: target)
    right.store(to: target + OneVector.count)
  }

  @inline(__always) mutating func add(_ pixel: Vector, times weights: Self) {
    left.add(pixel, times: weights.left)
    right.add(pixel, times: weights.right)
  }

  @inline(__always)
  static func forEachVector(
    _ a: Self, _ b: Self, _ c: Self, _ d: Self, from offset: Int,
    _ body: (Vector, Vector, Vector, Vector, Int) -> Void
  ) {
    OneVector.forEachVector(a.left, b.left, c.left, d.left, from: offset, body)
    OneVector.forEachVector(
      a.right, b.right, c.right, d.right, from: offset &+ OneVector.count, body)
  }
}

/// The results that a window of the pooling covers.
private struct Tile<C: Channels> {
  var (upperLeft, upperRight, lowerLeft, lowerRight) = (C(), C(), C(), C())

  /// Adds the products of the convolution's windows.
  ///
  /// - Parameters:
  ///   - image: the pixels under the upper left one.
  ///   - weights: of the channels, tap by tap.
  @inline(__always)
  mutating func add<let width: Int>(
    _: Window<width>.Type, _ image: UnsafePointer<Float>, rowStride: Int,
    _ weights: UnsafePointer<Float>
  ) {
    for row in 0..<width {
      let upper = image + row &* rowStride
      let lower = upper + rowStride
      for tap in 0..<width {
        let weights = C(at: weights + (row &* width &+ tap) &* C.count)
        upperLeft.add(Vector(repeating: upper[tap]), times: weights)
        upperRight.add(Vector(repeating: upper[tap &+ 1]), times: weights)
        lowerLeft.add(Vector(repeating: lower[tap]), times: weights)
        lowerRight.add(Vector(repeating: lower[tap &+ 1]), times: weights)
      }
    }
  }

  /// Calls `body` with the vectors of the four and how far their channels are from the first.
  @inline(__always)
  func forEachVector(_ body: (Vector, Vector, Vector, Vector, Int) -> Void) {
    C.forEachVector(upperLeft, upperRight, lowerLeft, lowerRight, from: 0, body)
  }
}

/// The largest of four numbers, the first one of equals, none of which is NaN.
private struct Maximum {
  private let value: Vector
  private let isLower: SIMDMask<IntegerVector>
  private let isRight: SIMDMask<IntegerVector>

  /// - Parameter bias: a vector that is added to each of them.
  @inline(__always)
  init(
    _ upperLeft: Vector, _ upperRight: Vector, _ lowerLeft: Vector, _ lowerRight: Vector,
    bias: UnsafeRawPointer?
  ) {
    var (a, b, c, d) = (upperLeft, upperRight, lowerLeft, lowerRight)
    if let bias = bias?.loadUnaligned(as: Vector.self) {
      (a, b, c, d) = (a + bias, b + bias, c + bias, d + bias)
    }
    let (isRightAbove, isRightBelow) = (b .> a, d .> c)
    let upper = a.replacing(with: b, where: isRightAbove)
    let lower = c.replacing(with: d, where: isRightBelow)
    isLower = (lower .> upper)
    isRight = isRightAbove.replacing(with: isRightBelow, where: isLower)
    value = upper.replacing(with: lower, where: isLower)
  }

  @inline(__always)
  func storeValue(to target: UnsafeMutablePointer<Float>, isRectified: Bool) {
    let zero = Vector.zero
    let value = isRectified ? value.replacing(with: zero, where: value .< zero) : value
    UnsafeMutableRawPointer(target).storeBytes(of: value, as: Vector.self)
  }

  /// - Parameters:
  ///   - first: the position of the upper left number.
  ///   - width: how far the lower ones are from the upper ones.
  @inline(__always)
  func storePosition(to target: UnsafeMutablePointer<Int32>, first: Int32, width: Int32) {
    let zero = IntegerVector.zero
    let right = zero.replacing(with: IntegerVector(repeating: 1), where: isRight)
    let below = zero.replacing(with: IntegerVector(repeating: width), where: isLower)
    let position = IntegerVector(repeating: first) &+ right &+ below
    UnsafeMutableRawPointer(target).storeBytes(of: position, as: IntegerVector.self)
  }
}
