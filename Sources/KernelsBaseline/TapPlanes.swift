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
  switch arguments.geometry.windowWidth {
  case 3: addTapPlanes(TapRow<3>.self, arguments)
  case 4: addTapPlanes(TapRow<4>.self, arguments)
  case 5: addTapPlanes(TapRow<5>.self, arguments)
  default: addTapPlanes(TapRow<0>.self, arguments)
  }
}

/// The taps of a row of the window; 0 for any number.
private enum TapRow<let count: Int> {}

@inline(__always)
private func addTapPlanes<let count: Int>(_: TapRow<count>.Type, _ arguments: TapArguments) {
  let geometry = arguments.geometry
  let image = arguments.image
  if arguments.clears { image.update(repeating: 0, count: geometry.imageLength) }
  let step = geometry.strideY
  let (first, last) = (arguments.rows.lowerBound, arguments.rows.upperBound &- 1)
  let top = max(0, first &* step &- geometry.paddingTop)
  let end = min(geometry.height, last &* step &- geometry.paddingTop &+ geometry.windowHeight)
  let taps = count > 0 ? count : geometry.windowWidth
  let places = geometry.outputWidth
  let planeLength = arguments.rows.count &* places
  withUnsafeTemporaryAllocation(of: defend_lanes.self, capacity: taps) { lanes in
    for x in stride(from: 0, to: geometry.width, by: Vector.scalarCount) {
      // The place of the last tap in lane 0.
      let left = x &+ geometry.paddingLeft &- (taps &- 1)
      for tap in 0..<taps {
        lanes[tap] = defend_lanes_between(-left &- tap, places &- left &- tap)
      }
      let isInside = left >= 0 && left &+ taps &- 1 &+ Vector.scalarCount <= places
      for y in stride(from: top, to: end, by: 1) {
        // The row's distance to that of window 0, and the windows that cover it.
        let distance = y &+ geometry.paddingTop
        let beyond = distance &- geometry.windowHeight
        // Divisions are slow, and most windows are one row apart.
        let isOne = step == 1
        let earliest = max(first, beyond < 0 ? 0 : (isOne ? beyond : beyond / step) &+ 1)
        let latest = min(last, isOne ? distance : distance / step)
        guard earliest <= latest else { continue }
        let target = image + (y &* geometry.width &+ x)
        let rest = min(Vector.scalarCount, geometry.width &- x)
        var sum = defend_load_prefix(target, rest)
        for row in earliest...latest {
          let tapRow = distance &- row &* step
          var tap =
            arguments.taps + (tapRow &* taps &+ taps &- 1) &* planeLength
            + ((row &- first) &* places &+ left)
          if isInside {
            for _ in 0..<taps {
              sum += Vector(at: tap)
              tap += 1 &- planeLength
            }
          } else {
            for place in 0..<taps {
              sum += defend_load_lanes(tap, lanes[place])
              tap += 1 &- planeLength
            }
          }
        }
        defend_store_prefix(target, rest, sum)
      }
    }
  }
}
