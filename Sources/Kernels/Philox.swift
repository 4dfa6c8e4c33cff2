internal import KernelInterface

/// The generator behind all random numbers: Philox-4×32 with 10 rounds (Salmon, Moraes, Dror and
/// Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011, table 2).
public enum Philox {
  /// The block of a counter under a key.
  public static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var counter = counter
    var key = key
    let multipliers = PhiloxConstants.multipliers
    let steps = PhiloxConstants.keySteps
    for _ in 0..<PhiloxConstants.rounds {
      let first = counter.x.multipliedFullWidth(by: multipliers.x)
      let second = counter.z.multipliedFullWidth(by: multipliers.y)
      counter = SIMD4(
        second.high ^ counter.y ^ key.x, second.low, first.high ^ counter.w ^ key.y, first.low)
      key &+= steps
    }
    return counter
  }

  /// The key for a value below a key.
  public static func fold(_ value: UInt64, into key: SIMD2<UInt32>) -> SIMD2<UInt32> {
    let counter = SIMD4<UInt32>(
      UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32), 0, .max)
    return block(counter: counter, key: key).lowHalf
  }

  /// The number in `0 ..< 1` of a random word: its upper 24 bits, exact in float32.
  public static func unit(_ word: UInt32) -> Float {
    Float(word >> 8) * 0x1p-24
  }
}
