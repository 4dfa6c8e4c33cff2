internal import KernelInterface

/// See `KernelTable.sumRows`.
@Sendable func sumOverRows(
  _ source: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>, _ length: Int,
  _ inner: Int, _ start: Int, _ end: Int
) {
  var column = start
  while column < end {
    let count = min(Vector.scalarCount, end - column)
    let isWhole = count == Vector.scalarCount
    var partial = InlineArray<16, Vector>(repeating: Vector(repeating: 0))
    var row = 0
    var place = source + column
    if isWhole {
      while row &+ 16 <= length {
        for index in 0..<16 {
          partial[index] += Vector(at: place)
          place += inner
        }
        row &+= 16
      }
    }
    while row < length {
      partial[row & 15] += isWhole ? Vector(at: place) : Vector(at: place, count: count)
      place += inner
      row &+= 1
    }
    var width = 8
    while width > 0 {
      for index in 0..<width { partial[index] += partial[index + width] }
      width /= 2
    }
    isWhole
      ? partial[0].store(to: result + column) : partial[0].store(to: result + column, count: count)
    column += count
  }
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
