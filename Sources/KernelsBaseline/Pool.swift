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
private func forEachWindow(
  _ geometry: WindowGeometry, _ images: Range<Int>, _ body: (Window) -> Void
) {
  for image in images {
    var window = Window(
      number: image * geometry.outputPixels, image: image * geometry.imageLength,
      rows: 0..<0, columns: 0..<0)
    for y in 0..<geometry.outputHeight {
      let top = y * geometry.strideY - geometry.paddingTop
      window.rows = max(0, top)..<min(geometry.height, top + geometry.windowHeight)
      for x in 0..<geometry.outputWidth {
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
  while channel < channels {
    body(channel, min(Vector.scalarCount, channels &- channel))
    channel &+= Vector.scalarCount
  }
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

/// The maximum under each window and its position. The first maximum wins, and the first NaN wins
/// over all numbers.
func poolWindows(_ arguments: PoolArguments) {
  let geometry = arguments.geometry
  let channels = geometry.channels
  let input = arguments.input
  forEachWindow(geometry, arguments.images) { window in
    forEachVector(channels) { channel, count in
      var position = window.rows.lowerBound * geometry.width + window.columns.lowerBound
      var best = load(input + (window.image + position * channels + channel), count)
      var index = IntegerVector(repeating: Int32(truncatingIfNeeded: position))
      for row in window.rows {
        position = row * geometry.width + window.columns.lowerBound
        for _ in window.columns {
          let value = load(input + (window.image + position * channels + channel), count)
          let wins = (value .> best) .| ((value .!= value) .& (best .== best))
          best.replace(with: value, where: wins)
          index.replace(
            with: IntegerVector(repeating: Int32(truncatingIfNeeded: position)), where: wins)
          position += 1
        }
      }
      let result = window.number * channels + channel
      if let values = arguments.output { store(best, values + result, count) }
      if let indices = arguments.outputIndices { store(index, indices + result, count) }
    }
  }
}

/// The element at the chosen position of each window.
func gatherFromWindows(_ arguments: PoolArguments) {
  let geometry = arguments.geometry
  let channels = geometry.channels
  let input = arguments.input
  guard let indices = arguments.indices, let values = arguments.output else { return }
  forEachWindow(geometry, arguments.images) { window in
    forEachVector(channels) { channel, count in
      let result = window.number * channels + channel
      let index = load(indices + result, count)
      var chosen = Vector.zero
      for row in window.rows {
        var position = row * geometry.width + window.columns.lowerBound
        for _ in window.columns {
          let value = load(input + (window.image + position * channels + channel), count)
          chosen.replace(
            with: value,
            where: index .== IntegerVector(repeating: Int32(truncatingIfNeeded: position)))
          position += 1
        }
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
  let channels = geometry.channels
  let values = arguments.input
  guard let indices = arguments.indices, let images = arguments.output else { return }
  (images + arguments.images.lowerBound * geometry.imageLength).update(
    repeating: 0, count: arguments.images.count * geometry.imageLength)
  forEachWindow(geometry, arguments.images) { window in
    forEachVector(channels) { channel, count in
      let source = window.number * channels + channel
      let index = load(indices + source, count)
      let value = load(values + source, count)
      for row in window.rows {
        var position = row * geometry.width + window.columns.lowerBound
        for _ in window.columns {
          let target = images + (window.image + position * channels + channel)
          let addend = Vector.zero.replacing(
            with: value,
            where: index .== IntegerVector(repeating: Int32(truncatingIfNeeded: position)))
          store(load(target, count) + addend, target, count)
          position += 1
        }
      }
    }
  }
}
