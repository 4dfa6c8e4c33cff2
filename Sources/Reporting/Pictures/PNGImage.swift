internal import CZlib

/// A picture as a PNG file with 8 bits a channel, grey or red, green and blue.
///
/// W3C, "Portable Network Graphics (PNG) Specification (Third Edition)".
public struct PNGImage: Sendable {
  /// The bytes of the file.
  public let bytes: [UInt8]

  /// - Parameters:
  ///   - picture: What to write.
  ///   - scale: Every pixel becomes a square of this many pixels, so that small images can be seen.
  public init(_ picture: Picture, scale: Int = 1) {
    let enlarged = picture.enlarged(by: scale)
    let header =
      Self.bigEndian(UInt32(enlarged.width)) + Self.bigEndian(UInt32(enlarged.height))
      // 8 bits a channel, the colour type, and the only methods there are; not interlaced.
      + [8, enlarged.channels == 1 ? 0 : 2, 0, 0, 0]
    let lineLength = enlarged.width * enlarged.channels
    let lines = (0..<enlarged.height).flatMap { row in
      // Filter 0, none: deflate finds the repeated lines and squares of such pictures by itself.
      [0] + enlarged.bytes[row * lineLength..<(row + 1) * lineLength]
    }
    bytes =
      [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Self.chunk("IHDR", header)
      + Self.chunk("IDAT", Self.deflated(lines)) + Self.chunk("IEND", [])
  }

  /// Length, type, content, and the checksum of the last two.
  private static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + content
    let checksum = body.withUnsafeBufferPointer {
      crc32(0, $0.baseAddress, uInt($0.count))
    }
    return bigEndian(UInt32(content.count)) + body + bigEndian(UInt32(checksum))
  }

  private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    let bound = compressBound(uLong(bytes.count))
    return [UInt8](unsafeUninitializedCapacity: Int(bound)) { buffer, count in
      var length = bound
      let status = compress2(
        buffer.baseAddress, &length, bytes, uLong(bytes.count), Z_BEST_COMPRESSION)
      precondition(status == Z_OK, "PNGImage: zlib could not compress (status \(status))")
      count = Int(length)
    }
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }
}
