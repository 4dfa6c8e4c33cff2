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
  if arguments.clears { arguments.image.update(repeating: 0, count: geometry.imageLength) }
  if geometry.channels == 1 {
    addPatchesByColumn(arguments)
  } else {
    addPatchesByRow(arguments)
  }
}

/// Adds one row of a patch after the other: a run of KW·C elements.
private func addPatchesByRow(_ arguments: PatchArguments) {
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

/// Adds one column of the windows after the other, over all places in a row: with one channel the
/// rows of neighbouring patches are short and overlap, and adding them would wait for every store.
///
/// An element sees its windows in ascending order of x because kx descends.
private func addPatchesByColumn(_ arguments: PatchArguments) {
  let geometry = arguments.geometry
  let step = geometry.strideX
  let patchLength = geometry.patchLength
  var pixel = arguments.pixels.lowerBound
  var patches = arguments.patches
  while pixel < arguments.pixels.upperBound {
    let (y, x) = pixel.quotientAndRemainder(dividingBy: geometry.outputWidth)
    let count = min(geometry.outputWidth - x, arguments.pixels.upperBound - pixel)
    let top = y * geometry.strideY - geometry.paddingTop
    for ky in max(0, -top)..<max(0, -top, min(geometry.windowHeight, geometry.height - top)) {
      let row = arguments.image + (top + ky) * geometry.width
      for kx in (0..<geometry.windowWidth).reversed() {
        // The places whose column kx falls on the image.
        let left = x * step - geometry.paddingLeft + kx
        let first = left < 0 ? (step - 1 - left) / step : 0
        let end = min(count, (geometry.width - left + step - 1) / step)
        var place = first
        var source = patches + (first * patchLength + ky * geometry.windowWidth + kx)
        while place < end {
          row[left + place * step] += source.pointee
          source += patchLength
          place += 1
        }
      }
    }
    patches += count * patchLength
    pixel += count
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
