internal import Kernels

/// A key of the counter-based random numbers: every number is a function of a key and its place,
/// so no result depends on the order, the batch or the thread in which it was drawn.
///
/// The function is Philox-4×32 with 10 rounds (Salmon, Moraes, Dror and Shaw, "Parallel random
/// numbers: as easy as 1, 2, 3", SC 2011). Keys are derived, never advanced:
/// `RandomKey(seed: 0).folding("shuffle").folding(epoch)`.
public struct RandomKey: Hashable, Sendable {
  /// The 64-bit key as Philox takes it, low word first.
  public let words: SIMD2<UInt32>

  public init(words: SIMD2<UInt32>) {
    self.words = words
  }

  public init(seed: UInt64) {
    words = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
  }

  /// The key for one value of a counter (an epoch, a step, a restart) below this key.
  public func folding(_ value: UInt64) -> RandomKey {
    RandomKey(words: Philox.fold(value, into: words))
  }

  /// The key for a counter that is never negative.
  public func folding(_ value: Int) -> RandomKey {
    folding(UInt64(value))
  }

  /// The key for a purpose, such as `"shuffle"`: the FNV-1a hash of its UTF-8 bytes.
  public func folding(_ purpose: String) -> RandomKey {
    folding(Self.hash(of: purpose))
  }

  /// Four random words at a place: `row` is an example, `block` counts fours of elements in it.
  public func block(row: UInt32, block: UInt32) -> SIMD4<UInt32> {
    Philox.block(counter: SIMD4(block, row, 0, 0), key: words)
  }

  /// The uniform number in `0 ..< 1` of element `index` of a row: 24 random bits, so that every
  /// value is exact in float32.
  public func uniform(row: Int, index: Int) -> Float {
    Philox.unit(block(row: UInt32(row), block: UInt32(index / 4))[index % 4])
  }

  /// A random order of `0 ..< count`: Fisher-Yates with an unbiased draw for every place
  /// (Lemire's multiplication with rejection; a rejected draw takes the next block).
  public func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    guard count > 1 else { return order }
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, integer(below: UInt32(last + 1), row: UInt32(last)))
    }
    return order
  }

  /// An unbiased integer in `0 ..< bound`.
  public func integer(below bound: UInt32, row: UInt32) -> Int {
    let threshold = (0 &- bound) % bound
    var attempt: UInt32 = 0
    while true {
      let words = block(row: row, block: attempt)
      for lane in 0..<4 {
        let product = UInt64(words[lane]) * UInt64(bound)
        if UInt32(truncatingIfNeeded: product) >= threshold { return Int(product >> 32) }
      }
      attempt += 1
    }
  }

  static func hash(of purpose: String) -> UInt64 {
    purpose.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
