import CZlib
import Reporting
import Testing

@Suite struct PNGImageTests {
  /// A reader of just what the standard demands of these files, with its own checksum.
  struct Decoded {
    var types: [String] = []
    var header: [UInt8] = []
    var lines: [[UInt8]] = []

    init(_ bytes: [UInt8]) throws {
      #expect(bytes.prefix(8) == [137, 80, 78, 71, 13, 10, 26, 10])
      var compressed: [UInt8] = []
      var rest = bytes.dropFirst(8)
      while !rest.isEmpty {
        let length = Self.number(rest.prefix(4))
        let body = rest.dropFirst(4).prefix(4 + length)
        let type = String(decoding: body.prefix(4), as: UTF8.self)
        types.append(type)
        #expect(Self.number(rest.dropFirst(8 + length).prefix(4)) == Self.checksum(body))
        if type == "IHDR" { header = Array(body.dropFirst(4)) }
        if type == "IDAT" { compressed += body.dropFirst(4) }
        rest = rest.dropFirst(12 + length)
      }
      let (width, height) = (Self.number(header[0..<4]), Self.number(header[4..<8]))
      let lineLength = 1 + width * (header[9] == 2 ? 3 : 1)
      var length = uLong(height * lineLength)
      var raw = [UInt8](repeating: 0, count: Int(length))
      try #require(uncompress(&raw, &length, compressed, uLong(compressed.count)) == Z_OK)
      #expect(Int(length) == raw.count)
      lines = (0..<height).map { Array(raw[$0 * lineLength..<($0 + 1) * lineLength]) }
    }

    static func number(_ bytes: ArraySlice<UInt8>) -> Int {
      bytes.reduce(0) { $0 << 8 | Int($1) }
    }

    /// CRC-32 bit by bit (the standard's annex D).
    static func checksum(_ bytes: ArraySlice<UInt8>) -> Int {
      let register = bytes.reduce(UInt32.max) { register, byte in
        (0..<8).reduce(register ^ UInt32(byte)) { value, _ in
          value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
        }
      }
      return Int(~register)
    }
  }

  static func noise(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 &+ $0 >> 2) }
  }

  @Test(arguments: [1, 3], [(1, 1), (2, 5), (28, 28), (64, 33)])
  func thePixelsComeBack(channels: Int, size: (Int, Int)) throws {
    let (height, width) = size
    let bytes = Self.noise(height * width * channels)
    let decoded = try Decoded(
      PNGImage(Picture(bytes: bytes, height: height, width: width, channels: channels)).bytes)
    #expect(decoded.types == ["IHDR", "IDAT", "IEND"])
    #expect(
      decoded.header == [
        0, 0, 0, UInt8(width), 0, 0, 0, UInt8(height), 8, channels == 1 ? 0 : 2, 0, 0, 0,
      ])
    #expect(decoded.lines.allSatisfy { $0[0] == 0 })
    #expect(decoded.lines.flatMap { $0.dropFirst() } == bytes)
  }

  @Test func everyPixelBecomesASquare() throws {
    let picture = Picture(bytes: [1, 2, 3, 4, 5, 6], height: 2, width: 3, channels: 1)
    let decoded = try Decoded(PNGImage(picture, scale: 2).bytes)
    #expect(
      decoded.lines == [
        [0, 1, 1, 2, 2, 3, 3], [0, 1, 1, 2, 2, 3, 3], [0, 4, 4, 5, 5, 6, 6], [0, 4, 4, 5, 5, 6, 6],
      ])
  }
}
