internal import CKernelSupport
internal import KernelInterface

/// The values of some neighbouring windows of 2 × 2 pixels that are not 0, sorted by the row of the
/// pixel that each belongs to.
///
/// A value is named by one byte, `window · 16 + channel`; its names ascend in each list. Finding them
/// takes no branch, and the loops over the lists but one each.
struct NonzeroWindows {
  static let windowLimit = 16
  static let channelLimit = 16
  /// The memory for one, in elements.
  static let length = 2 * windowLimit * channelLimit + 2 * listLength
  /// A vector's names may be written from the last one on.
  private static let listLength = windowLimit * channelLimit / 4 + 16

  /// `[windows, 16]`
  let values: UnsafeMutablePointer<Float>
  /// `[windows, 16]`: of the pixels.
  let positions: UnsafeMutablePointer<Int32>
  /// The names of those that belong to the upper pixels of their windows, and of those that belong to
  /// the lower ones.
  let upper: UnsafeMutablePointer<UInt8>
  let lower: UnsafeMutablePointer<UInt8>
  private(set) var upperCount = 0
  private(set) var lowerCount = 0

  /// - Parameter memory: ``length`` elements.
  init(_ memory: UnsafeMutablePointer<Float>) {
    let count = Self.windowLimit &* Self.channelLimit
    values = memory
    positions = UnsafeMutableRawPointer(memory + count).assumingMemoryBound(to: Int32.self)
    let lists = UnsafeMutableRawPointer(memory + 2 &* count)
    upper = lists.assumingMemoryBound(to: UInt8.self)
    lower = upper + Self.listLength &* MemoryLayout<Float>.size
  }

  /// - Parameters:
  ///   - values: of the first window and channel, `geometry.channels` from window to window.
  ///   - positions: the same, `y·W + x` of the pixels.
  ///   - lowerRow: the position from which pixels are lower ones.
  ///   - ahead: how many elements ahead memory is brought to the cache: those that another core has
  ///     just written come from far.
  @inline(__always)
  mutating func find(
    _ values: UnsafePointer<Float>, _ positions: UnsafePointer<Int32>, _ geometry: WindowGeometry,
    lowerRow: Int, windows: Int, channels: Int, ahead: Int
  ) {
    let lanes = Vector.scalarCount
    let whole = channels / lanes &* lanes
    let step = geometry.channels
    let lowerRow = IntegerVector(repeating: Int32(truncatingIfNeeded: lowerRow))
    var value = values
    var position = UnsafeRawPointer(positions).assumingMemoryBound(to: Float.self)
    var names = Names(self)
    for window in 0..<windows {
      defend_prefetch(value, ahead)
      defend_prefetch(position, ahead)
      var place = window &* Self.channelLimit
      var channel = 0
      while channel < whole {
        add(
          Vector(at: value + channel), Vector(at: position + channel), lowerRow, at: place,
          &names)
        channel &+= lanes
        place &+= lanes
      }
      if channel < channels {
        let count = channels &- channel
        add(
          defend_load_prefix(value + channel, count),
          defend_load_prefix(position + channel, count), lowerRow, at: place, &names)
      }
      value += step
      position += step
    }
    upperCount = names.upper - upper
    lowerCount = names.lower - lower
  }

  /// Where the next names go.
  private struct Names {
    var upper: UnsafeMutablePointer<UInt8>
    var lower: UnsafeMutablePointer<UInt8>

    init(_ nonzeros: NonzeroWindows) { (upper, lower) = (nonzeros.upper, nonzeros.lower) }
  }

  @inline(__always)
  private func add(
    _ value: Vector, _ position: Vector, _ lowerRow: IntegerVector, at place: Int,
    _ names: inout Names
  ) {
    value.store(to: values + place)
    let nonzero = defend_nonzero_lanes(value)
    let position = position.bits
    UnsafeMutableRawPointer(positions + place).storeBytes(of: position, as: IntegerVector.self)
    let upper = nonzero & defend_negative_lanes(position &- lowerRow)
    names.upper += defend_name_lanes(upper, place, names.upper)
    names.lower += defend_name_lanes(nonzero ^ upper, place, names.lower)
  }
}
