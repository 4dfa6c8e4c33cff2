/// Where the tensors of a safetensors file lie, whatever their elements are: every figure of the
/// header is checked against the others and against the number of bytes that are there.
package struct SafetensorsIndex: Sendable {
  package struct Entry: Sendable {
    package let name: String
    /// The type as the file names it, such as `F32` or `BF16`.
    package let elementType: String
    package let shape: [Int]
    /// The place of the data in the file.
    package let bytes: Range<Int>
  }

  /// In the order of the data.
  package let entries: [Entry]

  /// The texts under `__metadata__`.
  package let metadata: [String: String]

  /// The element types of the format whose elements fill whole bytes, with their sizes in bytes.
  package static let elementSizes = [
    "F64": 8, "F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "F8_E5M2": 1, "C64": 8,
    "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U64": 8, "U32": 4, "U16": 2, "U8": 1, "BOOL": 1,
  ]

  package init(decoding bytes: [UInt8]) throws(SafetensorsError) {
    guard bytes.count >= 8 else { throw .tooShort(byteCount: bytes.count) }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << UInt64(8 * $1) }
    guard length <= UInt64(SafetensorsFile.headerLimit) else {
      throw .headerTooLarge(byteCount: length)
    }
    let start = 8 + Int(length)
    guard start <= bytes.count else {
      throw .headerPastEnd(byteCount: Int(length), fileByteCount: bytes.count)
    }
    let header = try SafetensorsHeader(decoding: bytes[8..<start])
    metadata = header.metadata

    var entries: [Entry] = []
    var offset = 0
    for entry in header.entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
      let name = entry.name
      guard let size = Self.elementSizes[entry.elementType] else {
        throw .unsupportedElementType(tensor: name, found: entry.elementType)
      }
      if entry.begin < offset { throw .overlap(tensor: name) }
      if entry.begin > offset { throw .hole(tensor: name) }
      let expected = try Self.byteCount(of: entry, elementSize: size)
      guard entry.end - entry.begin == expected else {
        throw .sizeMismatch(tensor: name, expected: expected, found: entry.end - entry.begin)
      }
      guard entry.end <= bytes.count - start else {
        throw .dataPastEnd(tensor: name)
      }
      entries.append(
        Entry(
          name: name, elementType: entry.elementType, shape: entry.shape,
          bytes: start + entry.begin..<start + entry.end))
      offset = entry.end
    }
    guard offset == bytes.count - start else {
      throw .trailingBytes(count: bytes.count - start - offset)
    }
    self.entries = entries
  }

  private static func byteCount(
    of entry: SafetensorsHeader.Entry, elementSize: Int
  ) throws(SafetensorsError) -> Int {
    var product = 1
    for factor in entry.shape + [elementSize] {
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      if overflow { throw .shapeOverflow(tensor: entry.name) }
      product = next
    }
    return product
  }
}
