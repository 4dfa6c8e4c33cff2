internal import CKernelSupport
internal import KernelInterface

// An image of one channel gets few sums from each place of a window, too few to fill vectors well.
// So here neighbouring places lie in neighbouring lanes: the gradient has a plane for each channel
// and its product with the weights a plane for each tap of the window.

/// Adds each value at its position in the plane of its channel, window after window, starting from
/// zeros. The rows of windows are whole. A position outside of the cleared rows gets nothing.
func spreadToPlanes(_ arguments: PoolArguments) {
  let geometry = arguments.geometry
  guard let indices = arguments.indices, let planes = arguments.output else { return }
  let channels = geometry.channels
  let cleared = arguments.clearedRows
  let planeLength = cleared.count &* geometry.width
  let start = cleared.lowerBound &* geometry.width
  (planes + start).update(repeating: 0, count: channels &* planeLength)
  let first = arguments.windowRows.lowerBound &* geometry.outputWidth &* channels
  var value = arguments.input + first
  var index = indices + first
  for _ in 0..<arguments.windowRows.count &* geometry.outputWidth {
    var plane = planes
    for channel in 0..<channels {
      let position = Int(index[channel])
      if UInt(bitPattern: position &- start) < UInt(bitPattern: planeLength) {
        plane[position] += value[channel]
      }
      plane += planeLength
    }
    value += channels
    index += channels
  }
}

/// Adds planes of taps into one image. In ascending order of the windows the taps of an element
/// descend. Where a tap has no element it adds +0, which changes nothing: a sum that began at +0 is
/// never −0.
func addTapPlanes(_ arguments: TapArguments) {
  let geometry = arguments.geometry
  let image = arguments.image
  if arguments.clears { image.update(repeating: 0, count: geometry.imageLength) }
  let step = geometry.strideY
  let (first, last) = (arguments.rows.lowerBound, arguments.rows.upperBound &- 1)
  let top = max(0, first &* step &- geometry.paddingTop)
  let end = min(geometry.height, last &* step &- geometry.paddingTop &+ geometry.windowHeight)
  var y = top
  while y < end {
    // The row's distance to that of window 0, and the windows that cover it.
    let distance = y &+ geometry.paddingTop
    let beyond = distance &- geometry.windowHeight
    let earliest = max(first, beyond < 0 ? 0 : beyond / step &+ 1)
    let latest = min(last, distance / step)
    if earliest <= latest {
      let target = image + y &* geometry.width
      addTaps(arguments, windows: earliest...latest, distance: distance, to: target)
    }
    y &+= 1
  }
}

/// Adds what some rows of windows give to one row of the image.
@inline(__always)
private func addTaps(
  _ arguments: TapArguments, windows: ClosedRange<Int>, distance: Int,
  to target: UnsafeMutablePointer<Float>
) {
  let geometry = arguments.geometry
  let lanes = Vector.scalarCount
  let places = geometry.outputWidth
  let taps = geometry.windowWidth
  let planeLength = arguments.rows.count &* places
  var x = 0
  while x < geometry.width {
    let rest = min(lanes, geometry.width &- x)
    var sum =
      rest == lanes
      ? UnsafeRawPointer(target + x).loadUnaligned(as: Vector.self)
      : defend_load_prefix(target + x, rest)
    // The places of the first and of the last tap in lane 0.
    let right = x &+ geometry.paddingLeft
    let left = right &- (taps &- 1)
    let isInside = left >= 0 && right &+ lanes <= places
    for row in windows {
      let tapRow = distance &- row &* geometry.strideY
      var tap =
        arguments.taps + ((tapRow &* taps &+ taps &- 1) &* planeLength)
        + ((row &- arguments.rows.lowerBound) &* places &+ left)
      var place = left
      while place <= right {
        sum +=
          isInside
          ? UnsafeRawPointer(tap).loadUnaligned(as: Vector.self)
          : defend_load_lanes(tap, -place, places &- place)
        tap += 1 &- planeLength
        place &+= 1
      }
    }
    if rest == lanes {
      UnsafeMutableRawPointer(target + x).storeBytes(of: sum, as: Vector.self)
    } else {
      defend_store_prefix(target + x, rest, sum)
    }
    x &+= lanes
  }
}
