/// Memory between two zones of known words, to catch whoever writes out of bounds.
final class GuardedBuffer<Element: BitwiseCopyable> {
  private static var zone: Int { 64 }
  private static var mark: UInt32 { 0x7FC1_2345 }

  let count: Int
  private let words: UnsafeMutablePointer<UInt32>
  let pointer: UnsafeMutablePointer<Element>

  init(_ elements: [Element]) {
    precondition(MemoryLayout<Element>.size == 4)
    count = elements.count
    words = .allocate(capacity: count + 2 * Self.zone)
    words.initialize(repeating: Self.mark, count: count + 2 * Self.zone)
    pointer = UnsafeMutableRawPointer(words + Self.zone).assumingMemoryBound(to: Element.self)
    for (index, element) in elements.enumerated() { pointer[index] = element }
  }

  deinit { words.deallocate() }

  var elements: [Element] { (0..<count).map { pointer[$0] } }

  var bits: [UInt32] { (0..<count).map { words[Self.zone + $0] } }

  var isIntact: Bool {
    (0..<Self.zone).allSatisfy {
      words[$0] == Self.mark && words[Self.zone + count + $0] == Self.mark
    }
  }
}

/// A small generator (SplitMix64), so that every run tests the same cases.
struct TestGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  mutating func floats(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float.random(in: -1...1, using: &self) }
  }
}
