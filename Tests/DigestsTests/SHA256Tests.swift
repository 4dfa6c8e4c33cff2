import Digests
import Testing

@Suite struct SHA256Tests {
  /// The examples that NIST publishes for the standard, and the empty message.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
        + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func itGivesThePublishedDigests(message: String, digest: String) {
    #expect(SHA256.digest(of: Array(message.utf8)).hexadecimal == digest)
  }

  @Test func aMillionLettersGiveThePublishedDigest() {
    let message = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    #expect(
      SHA256.digest(of: message).hexadecimal
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  /// Every length around the edges of one and two blocks, in pieces of every size.
  @Test func thePiecesDoNotMatter() {
    for length in [1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 300] {
      let message = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37) }
      let whole = SHA256.digest(of: message)
      for size in 1...length {
        var hash = SHA256()
        for start in stride(from: 0, to: length, by: size) {
          hash.update(with: Array(message[start..<min(start + size, length)]))
        }
        #expect(hash.finalized() == whole, "\(length) bytes in pieces of \(size)")
      }
    }
  }

  /// The published digests hold for whatever this processor takes; here for both ways.
  @Test(.enabled(if: SHA256.hasInstructions)) func theInstructionsGiveTheSameDigests() {
    let message = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 &+ $0 / 7) }
    for length in stride(from: 0, through: message.count, by: 37) {
      let digests = [true, false].map { usesInstructions in
        var hash = SHA256(usesInstructions: usesInstructions)
        hash.update(with: Array(message.prefix(length)))
        return hash.finalized()
      }
      #expect(digests[0] == digests[1], "\(length) bytes")
    }
  }

  @Test func finishingLeavesTheHashOpen() {
    var hash = SHA256()
    hash.update(with: Array("ab".utf8))
    #expect(hash.finalized() == SHA256.digest(of: Array("ab".utf8)))
    hash.update(with: Array("c".utf8))
    #expect(hash.finalized() == SHA256.digest(of: Array("abc".utf8)))
  }
}
