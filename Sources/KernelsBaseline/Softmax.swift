internal import KernelInterface

/// See `KernelTable.softmax`: exp(z − max z), divided by its sum.
@Sendable func softmaxRows(
  _ logits: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>, _ rows: Int,
  _ classes: Int
) {
  for row in 0..<rows {
    let z = logits + row * classes
    let r = result + row * classes
    let largest = Vector(repeating: largestElement(z, classes))
    forEachPart(classes) { place, count in
      exponential(Vector(at: z + place, count: count) - largest).store(to: r + place, count: count)
    }
    let total = Vector(repeating: sumOverRun(r, classes))
    forEachPart(classes) { place, count in
      (Vector(at: r + place, count: count) / total).store(to: r + place, count: count)
    }
  }
}

/// See `KernelTable.crossEntropy`: log Σ exp(z − max z) − (z[label] − max z); NaN for a label
/// outside the classes.
@Sendable func crossEntropyRows(
  _ logits: UnsafePointer<Float>, _ labels: UnsafePointer<Int32>,
  _ result: UnsafeMutablePointer<Float>, _ rows: Int, _ classes: Int
) {
  for row in 0..<rows {
    let z = logits + row * classes
    let label = Int(labels[row])
    guard label >= 0, label < classes else {
      result[row] = .nan
      continue
    }
    let largest = largestElement(z, classes)
    var partial = Sixteen(repeating: Vector(repeating: 0))
    var index = 0
    forEachPart(classes) { place, count in
      // The lanes beyond the row hold −∞, whose exponential adds nothing.
      let part = Vector(at: z + place, count: count, otherwise: -.infinity)
      partial[index % partial.count] += exponential(part - Vector(repeating: largest))
      index += 1
    }
    let total = Vector(repeating: joined(partial))
    result[row] = logarithm(total)[0] - (z[label] - largest)
  }
}

/// Calls `body` for every vector's worth of a row: its first place and its length.
@inline(__always)
private func forEachPart(_ length: Int, _ body: (Int, Int) -> Void) {
  var place = 0
  while place < length {
    body(place, min(Vector.scalarCount, length - place))
    place += Vector.scalarCount
  }
}

/// The largest element, or NaN if there is one. Without branches, which logits follow in no pattern.
@inline(__always)
private func largestElement(_ row: UnsafePointer<Float>, _ count: Int) -> Float {
  var largest = Vector(repeating: -.infinity)
  forEachPart(count) { place, count in
    largest = larger(Vector(at: row + place, count: count, otherwise: -.infinity), largest)
  }
  #if KERNELS_AVX512
    let eight = larger(largest.lowHalf, largest.highHalf)
    let four = larger(eight.lowHalf, eight.highHalf)
  #elseif KERNELS_AVX2
    let four = larger(largest.lowHalf, largest.highHalf)
  #else
    let four = largest
  #endif
  let two = larger(four.lowHalf, four.highHalf)
  return two.x > two.y || two.x != two.x ? two.x : two.y
}

@inline(__always)
private func larger<V: SIMD>(_ x: V, _ y: V) -> V where V.Scalar == Float {
  y.replacing(with: x, where: (x .> y) .| (x .!= x))
}
