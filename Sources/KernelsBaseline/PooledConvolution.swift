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
  withUnsafeTemporaryAllocation(of: UInt64.self, capacity: rowLimit) { memory in
    let pixels = memory.baseAddress.flatMap { findNonzeros(arguments, at: $0) }
    switch arguments.geometry.windowWidth {
    case 3: convolve(Window<3>.self, arguments, pixels)
    case 4: convolve(Window<4>.self, arguments, pixels)
    default: convolve(Window<5>.self, arguments, pixels)
    }
  }
  return true
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

/// - Parameter pixels: the bits of those that are not 0, if they are known.
@inline(__always)
private func convolve<let width: Int>(
  _ window: Window<width>.Type, _ arguments: PooledConvolutionArguments,
  _ pixels: UnsafePointer<UInt64>?
) {
  let pooling = arguments.pooling
  let (channels, columns) = (pooling.geometry.channels, pooling.geometry.outputWidth)
  var pixels = pixels
  for y in pooling.windowRows {
    var bits: UInt64 = pixels == nil ? .max : 0
    if let rows = pixels {
      for row in 0...width { bits |= rows[row] }
      pixels = rows + 2
    }
    for x in pooling.windowColumns {
      let isBlack = bits &>> UInt64(truncatingIfNeeded: 2 &* x) & (2 &<< UInt64(width) &- 1) == 0
      let result = (y &* columns &+ x) &* channels
      var channel = 0
      while channel &+ TwoVectors.count <= channels {
        pool(
          TwoVectors.self, window, arguments, y: y, x: x, channel, result: result,
          isBlack: isBlack)
        channel &+= TwoVectors.count
      }
      if channel < channels {
        pool(
          OneVector.self, window, arguments, y: y, x: x, channel, result: result,
          isBlack: isBlack)
      }
    }
  }
}

/// Some neighbouring channels, in registers.
private protocol Channels {
  static var count: Int { get }
  init()
  init(at source: UnsafePointer<Float>)
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

  /// Adds the products of a row of the convolution's window.
  ///
  /// - Parameters:
  ///   - upper: the pixels under it at the upper left result.
  ///   - weights: of the row's first tap, `step` apart from tap to tap.
  @inline(__always)
  mutating func addRow<let width: Int>(
    _: Window<width>.Type, _ upper: UnsafePointer<Float>, _ rowStride: Int,
    _ weights: UnsafePointer<Float>, step: Int
  ) {
    // Rows have pixels in common: more than registers could keep.
    let upper: UnsafePointer<Float> = defend_base(upper)
    let lower = upper + rowStride
    for tap in 0..<width {
      let weights = C(at: weights + tap &* step)
      upperLeft.add(Vector(repeating: upper[tap]), times: weights)
      upperRight.add(Vector(repeating: upper[tap &+ 1]), times: weights)
      lowerLeft.add(Vector(repeating: lower[tap]), times: weights)
      lowerRight.add(Vector(repeating: lower[tap &+ 1]), times: weights)
    }
  }
}

/// One window of the pooling, some channels of it.
///
/// - Parameters:
///   - result: where the window's first channel goes.
///   - isBlack: whether all its pixels are 0, and so all its products.
@inline(__always)
private func pool<C: Channels, let width: Int>(
  _: C.Type, _ window: Window<width>.Type, _ arguments: PooledConvolutionArguments,
  y: Int, x: Int, _ channel: Int, result: Int, isBlack: Bool
) {
  let pooling = arguments.pooling
  let (geometry, rowStride) = (pooling.geometry, arguments.geometry.paddedWidth)
  let channels = geometry.channels
  let first = arguments.image + (2 &* y &* rowStride &+ 2 &* x)
  var tile = Tile<C>()
  if !isBlack {
    for row in 0..<width {
      tile.addRow(
        window, first + row &* rowStride, rowStride,
        arguments.weights + (row &* width &* channels &+ channel), step: channels)
    }
  }
  let place = 2 &* y &* geometry.width &+ 2 &* x
  C.forEachVector(tile.upperLeft, tile.upperRight, tile.lowerLeft, tile.lowerRight, from: 0) {
    let offset = channel &+ $4
    let bias = pooling.bias.map { UnsafeRawPointer($0 + offset) }
    let maximum = Maximum($0, $1, $2, $3, bias: bias)
    if let values = pooling.output {
      maximum.storeValue(to: values + (result &+ offset), isRectified: pooling.isRectified)
    }
    if let positions = pooling.outputIndices {
      maximum.storePosition(to: positions + (result &+ offset), first: place, width: geometry.width)
    }
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
  func storePosition(to target: UnsafeMutablePointer<Int32>, first: Int, width: Int) {
    let zero = IntegerVector.zero
    let right = zero.replacing(with: IntegerVector(repeating: 1), where: isRight)
    let below = zero.replacing(
      with: IntegerVector(repeating: Int32(truncatingIfNeeded: width)), where: isLower)
    let position = IntegerVector(repeating: Int32(truncatingIfNeeded: first)) &+ right &+ below
    UnsafeMutableRawPointer(target).storeBytes(of: position, as: IntegerVector.self)
  }
}
