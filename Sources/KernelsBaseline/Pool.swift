internal import CKernelSupport
internal import KernelInterface

/// A window on one image, cut to the image.
private struct Window {
  /// The index of the window among all windows of all images.
  var number: Int
  /// The offset of the image's first element.
  var image: Int
  var rows: Range<Int>
  var columns: Range<Int>
}

@inline(__always)
private func forEachWindow(_ arguments: PoolArguments, _ body: (Window) -> Void) {
  let geometry = arguments.geometry
  for image in arguments.images {
    var window = Window(
      number: 0, image: image * geometry.imageLength, rows: 0..<0, columns: 0..<0)
    for y in arguments.windowRows {
      window.number =
        image * geometry.outputPixels + y * geometry.outputWidth
        + arguments.windowColumns.lowerBound
      let top = y * geometry.strideY - geometry.paddingTop
      window.rows = max(0, top)..<min(geometry.height, top + geometry.windowHeight)
      for x in arguments.windowColumns {
        let left = x * geometry.strideX - geometry.paddingLeft
        window.columns = max(0, left)..<min(geometry.width, left + geometry.windowWidth)
        body(window)
        window.number += 1
      }
    }
  }
}

/// The channels of one place, in vectors; `body` gets the first channel and the number of lanes.
@inline(__always)
private func forEachVector(_ channels: Int, _ body: (Int, Int) -> Void) {
  var channel = 0
  while channel &+ Vector.scalarCount <= channels {
    body(channel, Vector.scalarCount)
    channel &+= Vector.scalarCount
  }
  if channel < channels { body(channel, channels &- channel) }
}

@inline(__always)
private func load(_ source: UnsafePointer<Float>, _ count: Int) -> Vector {
  count == Vector.scalarCount
    ? UnsafeRawPointer(source).loadUnaligned(as: Vector.self) : defend_load_prefix(source, count)
}

@inline(__always)
private func load(_ source: UnsafePointer<Int32>, _ count: Int) -> IntegerVector {
  unsafeBitCast(
    load(UnsafeRawPointer(source).assumingMemoryBound(to: Float.self), count),
    to: IntegerVector.self)
}

@inline(__always)
private func store(_ vector: Vector, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
  if count == Vector.scalarCount {
    UnsafeMutableRawPointer(target).storeBytes(of: vector, as: Vector.self)
  } else {
    defend_store_prefix(target, count, vector)
  }
}

@inline(__always)
private func store(_ vector: IntegerVector, _ target: UnsafeMutablePointer<Int32>, _ count: Int) {
  store(
    unsafeBitCast(vector, to: Vector.self),
    UnsafeMutableRawPointer(target).assumingMemoryBound(to: Float.self), count)
}

/// Calls `body` with the position of every element under a window and the offset of its channels.
@inline(__always)
private func forEachElement(
  _ window: Window, _ arguments: PoolArguments, _ body: (IntegerVector, Int) -> Void
) {
  let channels = arguments.geometry.channels
  let first = window.columns.lowerBound
  let top = window.rows.lowerBound
  var rowPosition = IntegerVector(
    repeating: Int32(truncatingIfNeeded: top &* arguments.geometry.width &+ first))
  let rowStep = IntegerVector(repeating: Int32(truncatingIfNeeded: arguments.geometry.width))
  var rowOffset = window.image &+ top &* arguments.imageRowStride &+ first &* channels
  for _ in window.rows {
    var position = rowPosition
    var offset = rowOffset
    for _ in window.columns {
      body(position, offset)
      position &+= IntegerVector(repeating: 1)
      offset &+= channels
    }
    rowPosition &+= rowStep
    rowOffset &+= arguments.imageRowStride
  }
}

/// The maximum under each window and its position. The first maximum wins, and the first NaN wins
/// over all numbers.
func poolWindows(_ arguments: PoolArguments) {
  if arguments.geometry.isInPairs { return poolPairs(arguments) }
  let channels = arguments.geometry.channels
  let input = arguments.input
  forEachWindow(arguments) { window in
    forEachVector(channels) { channel, count in
      var best = Maximum()
      var isFirst = true
      forEachElement(window, arguments) { position, offset in
        var value = load(input + (offset &+ channel), count)
        if let bias = arguments.bias { value += load(bias + channel, count) }
        if isFirst {
          best = Maximum(value: value, position: position)
        } else {
          best.meet(value, at: position)
        }
        isFirst = false
      }
      let result = window.number &* channels &+ channel
      if let values = arguments.output {
        store(arguments.isRectified ? rectified(best.value) : best.value, values + result, count)
      }
      if let indices = arguments.outputIndices { store(best.position, indices + result, count) }
    }
  }
}

private struct Maximum {
  var value = Vector.zero
  var position = IntegerVector.zero

  /// Takes what is greater or NaN, unless there is a NaN already.
  @inline(__always)
  mutating func meet(_ value: Vector, at position: IntegerVector) {
    let wins = .!(value .<= self.value) .& (self.value .== self.value)
    self.value.replace(with: value, where: wins)
    self.position.replace(with: position, where: wins)
  }
}

@inline(__always)
private func rectified(_ x: Vector) -> Vector {
  let zero = Vector(repeating: 0)
  return x.replacing(with: zero, where: x .< zero)
}

/// Windows of 2 × 2 side by side, as most networks have them.
private func poolPairs(_ arguments: PoolArguments) {
  let geometry = arguments.geometry
  let channels = geometry.channels
  let one = IntegerVector(repeating: 1)
  let width = IntegerVector(repeating: Int32(truncatingIfNeeded: geometry.width))
  for image in arguments.images {
    for y in arguments.windowRows {
      let x = arguments.windowColumns.lowerBound
      var top =
        arguments.input
        + (image &* geometry.imageLength &+ 2 &* y &* arguments.imageRowStride &+ 2 &* x &* channels)
      var result =
        (image &* geometry.outputPixels &+ y &* geometry.outputWidth &+ x) &* channels
      var place = IntegerVector(
        repeating: Int32(truncatingIfNeeded: 2 &* y &* geometry.width &+ 2 &* x))
      for _ in arguments.windowColumns {
        let bottom = top + arguments.imageRowStride
        forEachVector(channels) { channel, count in
          var (a, b) = (load(top + channel, count), load(top + (channel &+ channels), count))
          var (c, d) = (load(bottom + channel, count), load(bottom + (channel &+ channels), count))
          if let memory = arguments.bias {
            let bias = load(memory + channel, count)
            (a, b) = (a + bias, b + bias)
            (c, d) = (c + bias, d + bias)
          }
          var best = Maximum(value: a, position: place)
          best.meet(b, at: place &+ one)
          best.meet(c, at: place &+ width)
          best.meet(d, at: place &+ width &+ one)
          if let values = arguments.output {
            let target = values + (result &+ channel)
            defend_prefetch_write(target, writtenAhead)
            store(
              arguments.isRectified ? rectified(best.value) : best.value, target, count)
          }
          if let indices = arguments.outputIndices {
            let target = indices + (result &+ channel)
            defend_prefetch_write(
              UnsafeRawPointer(target).assumingMemoryBound(to: Float.self), writtenAhead)
            store(best.position, target, count)
          }
        }
        top += 2 &* channels
        result &+= channels
        place &+= IntegerVector(repeating: 2)
      }
    }
  }
}

/// The element at the chosen position of each window.
func gatherFromWindows(_ arguments: PoolArguments) {
  let channels = arguments.geometry.channels
  let input = arguments.input
  guard let indices = arguments.indices, let values = arguments.output else { return }
  forEachWindow(arguments) { window in
    forEachVector(channels) { channel, count in
      let result = window.number &* channels &+ channel
      let index = load(indices + result, count)
      var chosen = Vector.zero
      forEachElement(window, arguments) { position, offset in
        chosen.replace(with: load(input + (offset &+ channel), count), where: index .== position)
      }
      store(chosen, values + result, count)
    }
  }
}

/// Adds each value at the chosen position of its window, window after window, starting from zeros.
///
/// All positions of a window are written, with +0 where nothing was chosen: a sum that began at +0
/// is never −0, so that adds nothing.
func spreadToWindows(_ arguments: PoolArguments) {
  let geometry = arguments.geometry
  let values = arguments.input
  guard let indices = arguments.indices, let images = arguments.output else { return }
  for image in arguments.images {
    (images + image * geometry.imageLength
      + arguments.clearedRows.lowerBound * arguments.imageRowStride).update(
        repeating: 0, count: arguments.clearedRows.count * arguments.imageRowStride)
  }
  // Where windows do not overlap, each sum has one term.
  if geometry.isInPairs { return spreadToPairs(arguments, values, indices, images) }
  if geometry.strideX < geometry.windowWidth || geometry.strideY < geometry.windowHeight {
    spread(arguments, values, indices, images, overlap: true)
  } else {
    spread(arguments, values, indices, images, overlap: false)
  }
}

@inline(__always)
private func spread(
  _ arguments: PoolArguments, _ values: UnsafePointer<Float>, _ indices: UnsafePointer<Int32>,
  _ images: UnsafeMutablePointer<Float>, overlap: Bool
) {
  let channels = arguments.geometry.channels
  forEachWindow(arguments) { window in
    forEachVector(channels) { channel, count in
      let source = window.number &* channels &+ channel
      let index = load(indices + source, count)
      let value = load(values + source, count)
      forEachElement(window, arguments) { position, offset in
        let target = images + (offset &+ channel)
        let addend = Vector.zero.replacing(with: value, where: index .== position)
        store((overlap ? load(target, count) : .zero) + addend, target, count)
      }
    }
  }
}

/// The same for windows of 2 × 2 side by side. Adding to +0 makes −0 a +0.
private func spreadToPairs(
  _ arguments: PoolArguments, _ values: UnsafePointer<Float>, _ indices: UnsafePointer<Int32>,
  _ images: UnsafeMutablePointer<Float>
) {
  let geometry = arguments.geometry
  let channels = geometry.channels
  let one = IntegerVector(repeating: 1)
  let width = IntegerVector(repeating: Int32(truncatingIfNeeded: geometry.width))
  for image in arguments.images {
    for y in arguments.windowRows {
      let x = arguments.windowColumns.lowerBound
      var top =
        images
        + (image &* geometry.imageLength &+ 2 &* y &* arguments.imageRowStride &+ 2 &* x &* channels)
      var source =
        (image &* geometry.outputPixels &+ y &* geometry.outputWidth &+ x) &* channels
      var place = IntegerVector(
        repeating: Int32(truncatingIfNeeded: 2 &* y &* geometry.width &+ 2 &* x))
      for _ in arguments.windowColumns {
        let bottom = top + arguments.imageRowStride
        forEachVector(channels) { channel, count in
          let index = load(indices + (source &+ channel), count)
          let value = load(values + (source &+ channel), count) + Vector.zero
          let below = place &+ width
          store(chosen(value, index .== place), top + channel, count)
          store(chosen(value, index .== (place &+ one)), top + (channel &+ channels), count)
          store(chosen(value, index .== below), bottom + channel, count)
          store(chosen(value, index .== (below &+ one)), bottom + (channel &+ channels), count)
        }
        top += 2 &* channels
        source &+= channels
        place &+= IntegerVector(repeating: 2)
      }
    }
  }
}

@inline(__always)
private func chosen(_ value: Vector, _ mask: SIMDMask<IntegerVector>) -> Vector {
  Vector.zero.replacing(with: value, where: mask)
}
