internal import CKernelSupport
internal import KernelInterface

/// `target[i] += source[i]`.
@inline(__always)
private func add(
  _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int
) {
  let lanes = Vector.scalarCount
  var i = 0
  while i &+ lanes <= count {
    let sum =
      UnsafeRawPointer(target + i).loadUnaligned(as: Vector.self)
      + UnsafeRawPointer(source + i).loadUnaligned(as: Vector.self)
    UnsafeMutableRawPointer(target + i).storeBytes(of: sum, as: Vector.self)
    i &+= lanes
  }
  if i < count {
    let sum =
      defend_load_prefix(target + i, count &- i) + defend_load_prefix(source + i, count &- i)
    defend_store_prefix(target + i, count &- i, sum)
  }
}

/// Adds patches into one image, window after window.
func addImagePatches(_ arguments: PatchArguments) {
  if arguments.clears {
    arguments.image.update(repeating: 0, count: arguments.geometry.imageLength)
  }
  guard runLimit(arguments.geometry) > 0 else { return addWindows(arguments) }
  var arguments = arguments
  withUnsafeMutablePointer(to: &arguments) { context in
    defend_with_scratch(context) { context, scratch in
      addRuns(
        context.assumingMemoryBound(to: PatchArguments.self).pointee,
        scratch.assumingMemoryBound(to: Float.self))
    }
  }
}

/// Each row of each patch is added on its own: good for rows of several vectors.
private func addWindows(_ arguments: PatchArguments) {
  let geometry = arguments.geometry
  let image = arguments.image
  let channels = geometry.channels
  let run = geometry.windowWidth * channels
  var (y, x) = arguments.pixels.lowerBound.quotientAndRemainder(dividingBy: geometry.outputWidth)
  var patch = arguments.patches
  for _ in arguments.pixels {
    let left = x * geometry.strideX - geometry.paddingLeft
    let first = max(0, -left)
    let end = min(geometry.windowWidth, geometry.width - left)
    let top = y * geometry.strideY - geometry.paddingTop
    let firstRow = max(0, -top)
    let endRow = min(geometry.windowHeight, geometry.height - top)
    if first < end && firstRow < endRow {
      let count = (end - first) * channels
      var source = patch + (firstRow * run + first * channels)
      var target = image + ((top + firstRow) * geometry.width + left + first) * channels
      for _ in firstRow..<endRow {
        add(source, to: target, count: count)
        source += run
        target += geometry.width * channels
      }
    }
    patch += geometry.patchLength
    x += 1
    if x == geometry.outputWidth {
      x = 0
      y += 1
    }
  }
}

// Neighbouring windows overlap in all but one of their columns. So where the rows of a patch are
// short, the patches of a run of windows are taken apart: what each tap of the window adds to a row
// of the image lies in one piece then, `channels` elements a window, and the taps are added in
// registers. In ascending order of the windows the taps of an element descend.

/// The zeros before a tap's elements: so far may another tap of its row be ahead.
private func marginLength(_ geometry: WindowGeometry) -> Int {
  (geometry.windowWidth - 1) * geometry.channels
}

/// The most windows of a run whose taps fit into the scratch memory; 0 where windows are added one
/// by one.
private func runLimit(_ geometry: WindowGeometry) -> Int {
  guard geometry.strideX == 1, geometry.windowWidth > 1,
    geometry.windowWidth * geometry.channels <= 32
  else { return 0 }
  let tapLength = 16_384 / (geometry.windowHeight * geometry.windowWidth)
  let windows = (tapLength - 2 * marginLength(geometry) - 16) / geometry.channels
  return windows < 8 ? 0 : windows
}

/// A part of a row of windows.
private struct Run {
  var y: Int
  var x: Int
  var count: Int

  /// The next run of a range of windows.
  @inline(__always)
  mutating func advance(_ geometry: WindowGeometry, remaining: Int, limit: Int) {
    x &+= count
    if x == geometry.outputWidth {
      x = 0
      y &+= 1
    }
    count = min(remaining, min(limit, geometry.outputWidth &- x))
  }
}

/// Adds the patches run by run; a run is what lies in one row of windows. Several runs are taken
/// apart before their taps are added, so that what was written in small pieces has arrived.
private func addRuns(_ arguments: PatchArguments, _ scratch: UnsafeMutablePointer<Float>) {
  let geometry = arguments.geometry
  let limit = min(runLimit(geometry), min(arguments.pixels.count, geometry.outputWidth))
  let taps = geometry.windowHeight * geometry.windowWidth
  let margin = marginLength(geometry)
  // A vector of any width from the last element on reads zeros.
  let tapLength = limit * geometry.channels + 2 * margin + 16
  let runLength = taps * tapLength
  let runs = min(16_384 / runLength, (arguments.pixels.count + limit - 1) / limit + 1)
  scratch.update(repeating: 0, count: runs * runLength)
  let (y, x) = arguments.pixels.lowerBound.quotientAndRemainder(dividingBy: geometry.outputWidth)
  var next = Run(y: y, x: x, count: 0)
  var patches = arguments.patches
  var remaining = arguments.pixels.count
  next.advance(geometry, remaining: remaining, limit: limit)
  while remaining > 0 {
    var added = next
    var taken = 0
    var count = remaining
    while taken < runs && remaining > 0 {
      let run = scratch + taken * runLength
      let length = next.count * geometry.channels
      if next.count < limit {
        for tap in 0..<taps {
          (run + (tap * tapLength + margin + length)).update(
            repeating: 0, count: limit * geometry.channels - length)
        }
      }
      takeApart(patches, count: next.count, geometry, run + margin, tapLength)
      patches += next.count * geometry.patchLength
      remaining -= next.count
      taken += 1
      next.advance(geometry, remaining: remaining, limit: limit)
    }
    for run in 0..<taken {
      addRun(
        UnsafePointer(scratch + run * runLength), tapLength, added, geometry, arguments.image)
      count -= added.count
      added.advance(geometry, remaining: count, limit: limit)
    }
  }
}

/// `[count, taps, channels]` to `[taps, count, channels]`, `tapLength` from tap to tap.
@inline(__always)
private func takeApart(
  _ patches: UnsafePointer<Float>, count: Int, _ geometry: WindowGeometry,
  _ target: UnsafeMutablePointer<Float>, _ tapLength: Int
) {
  let taps = geometry.windowHeight * geometry.windowWidth
  let channels = geometry.channels
  if channels == 1 {
    transposeMatrix(
      TransposeArguments(
        source: patches, sourceRowStride: taps, target: target, targetRowStride: tapLength,
        rows: count, columns: taps))
    return
  }
  for tap in 0..<taps {
    var source = patches + tap * channels
    var place = target + tap * tapLength
    for _ in 0..<count {
      for channel in 0..<channels { place[channel] = source[channel] }
      source += geometry.patchLength
      place += channels
    }
  }
}

/// Adds the taps of a run. Where a tap has no element it adds +0, which
/// changes nothing: a sum that began at +0 is never −0.
@inline(__always)
private func addRun(
  _ taps: UnsafePointer<Float>, _ tapLength: Int, _ run: Run, _ geometry: WindowGeometry,
  _ image: UnsafeMutablePointer<Float>
) {
  let lanes = Vector.scalarCount
  let channels = geometry.channels
  let left = run.x - geometry.paddingLeft
  let first = max(0, left)
  let end = min(geometry.width, left + run.count + geometry.windowWidth - 1)
  guard first < end else { return }
  let length = (end - first) * channels
  let top = run.y * geometry.strideY - geometry.paddingTop
  for row in max(0, -top)..<max(max(0, -top), min(geometry.windowHeight, geometry.height - top)) {
    let target = image + ((top + row) * geometry.width + first) * channels
    // The last tap of the row is `margin` elements ahead, which is where its zeros begin.
    let last =
      taps + (row * geometry.windowWidth + geometry.windowWidth - 1) * tapLength
      + (first - left) * channels
    let step = channels - tapLength
    var i = 0
    while i < length {
      let rest = min(lanes, length - i)
      var sum =
        rest == lanes
        ? UnsafeRawPointer(target + i).loadUnaligned(as: Vector.self)
        : defend_load_prefix(target + i, rest)
      var tap = last + i
      for _ in 0..<geometry.windowWidth {
        sum += UnsafeRawPointer(tap).loadUnaligned(as: Vector.self)
        tap += step
      }
      if rest == lanes {
        UnsafeMutableRawPointer(target + i).storeBytes(of: sum, as: Vector.self)
      } else {
        defend_store_prefix(target + i, rest, sum)
      }
      i += lanes
    }
  }
}

/// Copies images into the middle of zeros.
func padImageRange(_ arguments: PadArguments) {
  let geometry = arguments.geometry
  let run = geometry.width * geometry.channels
  let paddedRun = geometry.paddedWidth * geometry.channels
  for image in arguments.images {
    var source = arguments.source + image * geometry.imageLength
    let start = arguments.target + image * geometry.paddedImageLength
    start.update(repeating: 0, count: geometry.paddedImageLength)
    var target = start + geometry.paddingTop * paddedRun + geometry.paddingLeft * geometry.channels
    for _ in 0..<geometry.height {
      target.update(from: source, count: run)
      source += run
      target += paddedRun
    }
  }
}
