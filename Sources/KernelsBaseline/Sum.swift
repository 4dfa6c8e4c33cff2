internal import KernelInterface

/// The sums that are made of each column: every sixteenth row goes to one of them.
private let partialCount = 16
/// The vectors that share a cache line.
private let lineVectors = 16 / Vector.scalarCount
/// The rows of a line that stay in the second level of cache for all of its vectors.
private let blockRows = 1024

/// See `KernelTable.sumRows`.
@Sendable func sumOverRows(
  _ source: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>, _ length: Int,
  _ inner: Int, _ start: Int, _ end: Int
) {
  let lanes = Vector.scalarCount
  withUnsafeTemporaryAllocation(of: Vector.self, capacity: partialCount * lineVectors) { partials in
    let partials = partials.baseAddress.unsafelyUnwrapped
    var column = start
    while column < end {
      let vectors = min((end - column + lanes - 1) / lanes, lineVectors)
      partials.initialize(repeating: .zero, count: partialCount * vectors)
      for row in stride(from: 0, to: length, by: blockRows) {
        for vector in 0..<vectors {
          let place = column + vector * lanes
          addRows(
            source + row * inner + place, rows: min(blockRows, length - row), inner,
            columns: min(lanes, end - place), to: partials + partialCount * vector)
        }
      }
      for vector in 0..<vectors {
        let place = column + vector * lanes
        let sum = joined(partials + partialCount * vector)
        end - place >= lanes
          ? sum.store(to: result + place) : sum.store(to: result + place, count: end - place)
      }
      column += vectors * lanes
    }
  }
}

/// Adds rows to the sums of a vector of columns.
@inline(__always)
private func addRows(
  _ source: UnsafePointer<Float>, rows: Int, _ inner: Int, columns: Int,
  to partials: UnsafeMutablePointer<Vector>
) {
  let isWhole = columns == Vector.scalarCount
  var sums = InlineArray<16, Vector> { partials[$0] }
  var place = source
  var row = 0
  if isWhole {
    while row &+ partialCount <= rows {
      for index in 0..<partialCount {
        sums[index] += Vector(at: place)
        place += inner
      }
      row &+= partialCount
    }
  }
  while row < rows {
    sums[row & 15] += isWhole ? Vector(at: place) : Vector(at: place, count: columns)
    place += inner
    row &+= 1
  }
  for index in 0..<partialCount { partials[index] = sums[index] }
}

/// The sum of the sums: 8 + 8, 4 + 4, 2 + 2, 1 + 1.
@inline(__always)
private func joined(_ partials: UnsafeMutablePointer<Vector>) -> Vector {
  var width = partialCount / 2
  while width > 0 {
    for index in 0..<width { partials[index] += partials[index + width] }
    width /= 2
  }
  return partials[0]
}

/// See `KernelTable.sumRun`.
@Sendable func sumOverRun(_ source: UnsafePointer<Float>, _ length: Int) -> Float {
  var partial = Sixteen(repeating: Vector(repeating: 0))
  var place = 0
  while place &+ 16 <= length {
    for index in partial.indices {
      partial[index] += Vector(at: source + (place &+ index &* Vector.scalarCount))
    }
    place &+= 16
  }
  for index in partial.indices {
    let count = min(max(length - place - index * Vector.scalarCount, 0), Vector.scalarCount)
    if count > 0 {
      partial[index] += Vector(at: source + (place + index * Vector.scalarCount), count: count)
    }
  }
  return joined(partial)
}

/// The sum of 16 partial sums: 8 + 8, 4 + 4, 2 + 2, 1 + 1.
@inline(__always)
func joined(_ partial: Sixteen) -> Float {
  #if KERNELS_AVX512
    let eight = partial[0].lowHalf + partial[0].highHalf
    let four = eight.lowHalf + eight.highHalf
  #elseif KERNELS_AVX2
    let eight = partial[0] + partial[1]
    let four = eight.lowHalf + eight.highHalf
  #else
    let four = (partial[0] + partial[2]) + (partial[1] + partial[3])
  #endif
  let two = four.lowHalf + four.highHalf
  return two.x + two.y
}
