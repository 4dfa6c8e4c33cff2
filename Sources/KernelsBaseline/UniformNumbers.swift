internal import CKernelSupport
internal import KernelInterface

// A lane holds two words of a block, the first or third in its lower half: a product of 64 bits has
// its place there, and so has all that a round makes of it.
#if KERNELS_AVX512
  private typealias WordPairs = SIMD8<UInt64>
#elseif KERNELS_AVX2
  private typealias WordPairs = SIMD4<UInt64>
#else
  private typealias WordPairs = SIMD2<UInt64>
#endif

/// See `KernelTable.uniformNumbers`.
@Sendable func fillWithUniformNumbers(
  _ key: SIMD2<UInt32>, _ example: UInt32, _ result: UnsafeMutablePointer<Float>, _ count: Int
) {
  let multipliers = PhiloxConstants.multipliers
  let steps = PhiloxConstants.keySteps
  let (first, third) = (pairs(multipliers.x), pairs(multipliers.y))
  let blocks = WordPairs.scalarCount
  var counters = pairs(0)
  for block in 0..<blocks { counters[block] = UInt64(block) | UInt64(example) << 32 }
  for start in stride(from: 0, to: count, by: 4 * blocks) {
    var (front, back) = (counters, pairs(0))
    var key = key
    for _ in 0..<PhiloxConstants.rounds {
      let (low, high) = (lowerWords(front) &* first, lowerWords(back) &* third)
      front = defend_exchange_words(high) ^ (front &>> 32) ^ pairs(key.x)
      back = defend_exchange_words(low) ^ (back &>> 32) ^ pairs(key.y)
      key &+= steps
    }
    store(units(front), units(back), to: result + start, count: count &- start)
    counters &+= pairs(UInt32(blocks))
  }
}

@inline(__always)
private func pairs(_ word: UInt32) -> WordPairs { WordPairs(repeating: UInt64(word)) }

@inline(__always)
private func lowerWords(_ pairs: WordPairs) -> WordPairs {
  pairs & WordPairs(repeating: 0xFFFF_FFFF)
}

/// The upper 24 bits of every word as a number in `0 ..< 1`.
@inline(__always)
private func units(_ pairs: WordPairs) -> Vector {
  let lowerBits = WordPairs(repeating: 0x00FF_FFFF_00FF_FFFF)
  let words = unsafeBitCast((pairs &>> 8) & lowerBits, to: IntegerVector.self)
  return defend_from_integers(words) * Vector(repeating: 0x1p-24)
}

/// Stores two lanes of one vector and two of the other in turn, `count` at most.
@inline(__always)
private func store(
  _ front: Vector, _ back: Vector, to result: UnsafeMutablePointer<Float>, count: Int
) {
  let lanes = Vector.scalarCount
  let (lower, upper) = (defend_lower_pairs(front, back), defend_upper_pairs(front, back))
  // Some processors take longer for a part of a vector than for the numbers.
  if count >= 2 &* lanes {
    lower.store(to: result)
    upper.store(to: result + lanes)
    return
  }
  lower.store(to: result, count: min(lanes, count))
  upper.store(to: result + lanes, count: max(0, min(lanes, count &- lanes)))
}
