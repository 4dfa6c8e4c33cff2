internal import Autodiff

extension SafetensorsFile {
  /// Reads a file's bytes. Nothing in them is trusted: every figure is checked against the others
  /// and against the number of bytes that are there.
  ///
  /// Stricter than the reference implementation in one thing: a key that the format does not know
  /// is an error.
  public init(decoding bytes: [UInt8]) throws(SafetensorsError) {
    guard bytes.count >= 8 else { throw .tooShort(byteCount: bytes.count) }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << UInt64(8 * $1) }
    guard length <= UInt64(Self.headerLimit) else { throw .headerTooLarge(byteCount: length) }
    let start = 8 + Int(length)
    guard start <= bytes.count else {
      throw .headerPastEnd(byteCount: Int(length), fileByteCount: bytes.count)
    }
    let header = try SafetensorsHeader(decoding: bytes[8..<start])

    var tensors: [NamedTensor] = []
    var offset = 0
    for entry in header.entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
      let name = entry.name
      guard let type = ElementType(safetensorsName: entry.elementType) else {
        throw .unsupportedElementType(tensor: name, found: entry.elementType)
      }
      if entry.begin < offset { throw .overlap(tensor: name) }
      if entry.begin > offset { throw .hole(tensor: name) }
      let expected = try Self.byteCount(of: entry, type: type)
      guard entry.end - entry.begin == expected else {
        throw .sizeMismatch(tensor: name, expected: expected, found: entry.end - entry.begin)
      }
      guard entry.end <= bytes.count - start else {
        throw .dataPastEnd(tensor: name)
      }
      let data = bytes[(start + entry.begin)..<(start + entry.end)]
      tensors.append(
        NamedTensor(name: name, value: Tensor(type, littleEndian: data, shape: entry.shape)))
      offset = entry.end
    }
    guard offset == bytes.count - start else {
      throw .trailingBytes(count: bytes.count - start - offset)
    }
    self.init(tensors: tensors, metadata: header.metadata)
  }

  private static func byteCount(
    of entry: SafetensorsHeader.Entry, type: ElementType
  ) throws(SafetensorsError) -> Int {
    var product = 1
    for factor in entry.shape + [type.byteCount] {
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      if overflow { throw .shapeOverflow(tensor: entry.name) }
      product = next
    }
    return product
  }
}

extension Tensor {
  fileprivate init(_ type: ElementType, littleEndian bytes: ArraySlice<UInt8>, shape: [Int]) {
    switch type {
    case .float32:
      self.init(bytes.littleEndianWords.map(Float.init(bitPattern:)), shape: shape)
    case .int32:
      self.init(bytes.littleEndianWords.map(Int32.init(bitPattern:)), shape: shape)
    case .uint8:
      self.init(Array(bytes), shape: shape)
    }
  }
}

extension ArraySlice<UInt8> {
  /// The bytes in fours, the lowest first.
  fileprivate var littleEndianWords: some Collection<UInt32> {
    stride(from: startIndex, to: endIndex, by: 4).lazy.map { index in
      UInt32(self[index]) | UInt32(self[index + 1]) << 8
        | UInt32(self[index + 2]) << 16 | UInt32(self[index + 3]) << 24
    }
  }
}
