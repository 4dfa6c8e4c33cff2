internal import Suggestions

/// What is wrong with the bytes of a safetensors file.
public enum SafetensorsError: Error, Hashable, Sendable {
  /// The file has fewer than the 8 bytes of the header's length.
  case tooShort(byteCount: Int)

  /// The header claims more than the format's limit of 100 MB.
  case headerTooLarge(byteCount: UInt64)

  /// The header claims more bytes than the file has.
  case headerPastEnd(byteCount: Int, fileByteCount: Int)

  /// The header is not the JSON that it must be; `offset` is a byte of the file.
  case invalidHeader(offset: Int, expected: String)

  /// A key stands twice in one object.
  case duplicateKey(String)

  /// A tensor lacks `dtype`, `shape` or `data_offsets`.
  case missingKey(tensor: String, key: String)

  /// A tensor has a key that the format does not know.
  case unknownKey(tensor: String, key: String)

  /// A tensor's elements are of a type that this program does not read.
  case unsupportedElementType(tensor: String, found: String)

  /// A shape has more elements than can be counted.
  case shapeOverflow(tensor: String)

  /// `data_offsets` is not a begin and an end in this order.
  case invalidOffsets(tensor: String)

  /// A tensor has not as many bytes as its shape and its type say.
  case sizeMismatch(tensor: String, expected: Int, found: Int)

  /// A tensor begins before the one that precedes it ends.
  case overlap(tensor: String)

  /// There are bytes before this tensor that belong to none.
  case hole(tensor: String)

  /// A tensor ends behind the end of the file.
  case dataPastEnd(tensor: String)

  /// There are bytes behind the last tensor.
  case trailingBytes(count: Int)
}

extension SafetensorsError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooShort(let byteCount):
      "\(byteCount) bytes are too few for a safetensors file; it was probably cut off"
    case .headerTooLarge(let byteCount):
      "it is no safetensors file: its header would have \(byteCount) bytes, and the format "
        + "allows \(SafetensorsFile.headerLimit)"
    case .headerPastEnd(let byteCount, let fileByteCount):
      "its header has \(byteCount) bytes, but the file only \(fileByteCount); it was cut off, "
        + "or is no safetensors file"
    case .invalidHeader(let offset, let expected):
      "its header is not valid: expected \(expected) at byte \(offset)"
    case .duplicateKey(let key):
      "its header has the key \(key.quoted) twice; rename one"
    case .missingKey(let tensor, let key):
      "tensor \(tensor.quoted) has no \(key.quoted) in the header; write the file anew"
    case .unknownKey(let tensor, let key):
      "tensor \(tensor.quoted) has the key \(key.quoted), which the format does not know; "
        + "remove it"
    case .unsupportedElementType(let tensor, let found):
      "tensor \(tensor.quoted) has the element type \(found.quoted); convert it to F32, I32 or U8"
    case .shapeOverflow(let tensor):
      "the shape of tensor \(tensor.quoted) has more elements than can be counted"
    case .invalidOffsets(let tensor):
      "the data_offsets of tensor \(tensor.quoted) are not a begin and an end; "
        + "write the file anew"
    case .sizeMismatch(let tensor, let expected, let found):
      "tensor \(tensor.quoted) has \(found) bytes of data, but its shape and type need \(expected)"
    case .overlap(let tensor):
      "the data of tensor \(tensor.quoted) overlaps another tensor's; write the file anew"
    case .hole(let tensor):
      "there are unused bytes before the data of tensor \(tensor.quoted); write the file anew"
    case .dataPastEnd(let tensor):
      "the data of tensor \(tensor.quoted) ends behind the end of the file; it was cut off"
    case .trailingBytes(let count):
      "there are \(count) unused bytes behind the last tensor; write the file anew"
    }
  }
}
