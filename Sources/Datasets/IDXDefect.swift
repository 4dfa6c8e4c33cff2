/// What makes a file no usable IDX file.
public enum IDXDefect: Error, Hashable, Sendable {
  /// The gzip file is damaged, cut off or followed by something else; zlib's reason.
  case damagedGzip(reason: String)
  /// The file, or what it decompresses to, has only `byteCount` bytes: no whole header.
  case headerCutOff(byteCount: Int)
  /// The first four bytes are none of the expected numbers.
  case wrongMagic(found: UInt32, expected: [UInt32])
  /// An axis of the shape has no extent.
  case emptyAxis(shape: [Int])
  /// The shape asks for more bytes than the file can hold, or than this reader takes.
  case tooLarge(shape: [Int], limit: Int)
  /// The data end early.
  case cutOff(expected: Int, found: Int)
  /// Bytes follow the data.
  case trailingBytes(expected: Int)
}

extension IDXDefect: CustomStringConvertible {
  public var description: String {
    switch self {
    case .damagedGzip(let reason):
      "the gzip file is damaged: \(reason)"
    case .headerCutOff(let byteCount):
      "it holds \(byteCount) bytes, too few for the header of an IDX file"
    case .wrongMagic(let found, let expected):
      "it begins with \(Self.hexadecimal(found)), an IDX file of this kind with "
        + expected.map(Self.hexadecimal).joined(separator: " or ")
    case .emptyAxis(let shape):
      "its header gives the shape \(shape), which holds nothing"
    case .tooLarge(let shape, let limit):
      "its header gives the shape \(shape), more than the \(limit) bytes it can hold"
    case .cutOff(let expected, let found):
      "it is cut off: its header promises \(expected) bytes of data, it holds \(found)"
    case .trailingBytes(let expected):
      "more follows after the \(expected) bytes of data that its header promises"
    }
  }

  private static func hexadecimal(_ magic: UInt32) -> String {
    let digits = String(magic, radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
  }
}
