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
  let geometry = arguments.geometry
  let image = arguments.image
  if arguments.clears { image.update(repeating: 0, count: geometry.imageLength) }
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
