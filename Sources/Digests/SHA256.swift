internal import CDigestSupport

/// The hash function SHA-256 (FIPS 180-4) over bytes that arrive in pieces.
///
///     var hash = SHA256()
///     hash.update(with: header)
///     hash.update(with: body)
///     let digest = hash.finalized().hexadecimal
package struct SHA256: Sendable {
  /// The 32 bytes of a finished hash.
  package struct Digest: Hashable, Sendable {
    package let bytes: [UInt8]

    /// 64 lower-case digits, as `sha256sum` prints them.
    package var hexadecimal: String {
      let digits = Array("0123456789abcdef".utf8)
      let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
      return String(decoding: text, as: UTF8.self)
    }
  }

  private var state = SIMD8<UInt32>(
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19)
  /// The bytes after the last full block, fewer than 64.
  private var rest: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// Whether the processor computes it with instructions of its own.
  private let usesInstructions: Bool

  /// - Parameter usesInstructions: whether the processor's own instructions may be used.
  package init(usesInstructions: Bool = true) {
    self.usesInstructions = usesInstructions && Self.hasInstructions
  }

  /// Whether this processor has instructions for the hash.
  package static let hasInstructions = defend_has_sha256_instructions() != 0

  /// The hash of one array.
  package static func digest(of bytes: [UInt8]) -> Digest {
    var hash = SHA256()
    hash.update(with: bytes)
    return hash.finalized()
  }

  package mutating func update(with bytes: [UInt8]) {
    bytes.withUnsafeBytes { update(with: $0) }
  }

  package mutating func update(with bytes: UnsafeRawBufferPointer) {
    byteCount += UInt64(bytes.count)
    var bytes = bytes[...]
    if !rest.isEmpty {
      let missing = bytes.prefix(64 - rest.count)
      rest += missing
      bytes = bytes.dropFirst(missing.count)
      guard rest.count == 64 else { return }
      rest.withUnsafeBytes { compress($0) }
      rest.removeAll(keepingCapacity: true)
    }
    let whole = bytes.prefix(bytes.count / 64 * 64)
    compress(UnsafeRawBufferPointer(rebasing: whole))
    rest += bytes.dropFirst(whole.count)
  }

  /// The digest of all bytes so far; more may follow.
  package func finalized() -> Digest {
    var hash = self
    let zeros = (119 - rest.count) % 64
    var end = [0x80] + [UInt8](repeating: 0, count: zeros)
    withUnsafeBytes(of: (byteCount * 8).bigEndian) { end += $0 }
    hash.update(with: end)
    let bytes = (0..<8).flatMap { word in
      withUnsafeBytes(of: hash.state[word].bigEndian) { Array($0) }
    }
    return Digest(bytes: bytes)
  }

  /// Takes whole blocks of 64 bytes into the state.
  private mutating func compress(_ blocks: UnsafeRawBufferPointer) {
    guard !usesInstructions else { return compressWithInstructions(blocks) }
    var state = state
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
      for start in stride(from: 0, to: blocks.count, by: 64) {
        for t in 0..<16 {
          let word = blocks.loadUnaligned(fromByteOffset: start + 4 * t, as: UInt32.self)
          schedule[t] = UInt32(bigEndian: word)
        }
        for t in 16..<64 {
          let early = schedule[t - 15]
          let late = schedule[t - 2]
          let small0 = rotated(early, 7) ^ rotated(early, 18) ^ (early >> 3)
          let small1 = rotated(late, 17) ^ rotated(late, 19) ^ (late >> 10)
          schedule[t] = small1 &+ schedule[t - 7] &+ small0 &+ schedule[t - 16]
        }
        state &+= Self.rounds(from: state, schedule: UnsafeBufferPointer(schedule))
      }
    }
    self.state = state
  }

  private mutating func compressWithInstructions(_ blocks: UnsafeRawBufferPointer) {
    guard let start = blocks.baseAddress else { return }
    withUnsafeMutableBytes(of: &state) { state in
      defend_sha256_blocks(
        state.baseAddress!.assumingMemoryBound(to: UInt32.self), Self.constants,
        start.assumingMemoryBound(to: UInt8.self), blocks.count / 64)
    }
  }

  /// The 64 rounds of one block; the names are the standard's. Eight rounds at a time, so that the
  /// eight variables change their roles instead of their values.
  private static func rounds(
    from state: SIMD8<UInt32>, schedule: UnsafeBufferPointer<UInt32>
  ) -> SIMD8<UInt32> {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    constants.withUnsafeBufferPointer { constants in
      for t in stride(from: 0, to: 64, by: 8) {
        round(a, b, c, &d, e, f, g, &h, constants[t] &+ schedule[t])
        round(h, a, b, &c, d, e, f, &g, constants[t + 1] &+ schedule[t + 1])
        round(g, h, a, &b, c, d, e, &f, constants[t + 2] &+ schedule[t + 2])
        round(f, g, h, &a, b, c, d, &e, constants[t + 3] &+ schedule[t + 3])
        round(e, f, g, &h, a, b, c, &d, constants[t + 4] &+ schedule[t + 4])
        round(d, e, f, &g, h, a, b, &c, constants[t + 5] &+ schedule[t + 5])
        round(c, d, e, &f, g, h, a, &b, constants[t + 6] &+ schedule[t + 6])
        round(b, c, d, &e, f, g, h, &a, constants[t + 7] &+ schedule[t + 7])
      }
    }
    return SIMD8(a, b, c, d, e, f, g, h)
  }

  @inline(__always)
  private static func round(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32,
    _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: inout UInt32, _ word: UInt32
  ) {
    let big1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
    let chosen = (e & f) ^ (~e & g)
    let t1 = h &+ big1 &+ chosen &+ word
    let big0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
    let majority = (a & b) ^ (a & c) ^ (b & c)
    d &+= t1
    h = t1 &+ big0 &+ majority
  }

  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
  ]
}

@inline(__always)
private func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
  (word >> count) | (word << (32 - count))
}
