internal import Autodiff

extension SafetensorsFile {
  /// Reads a file's bytes. Nothing in them is trusted: every figure is checked against the others
  /// and against the number of bytes that are there.
  ///
  /// Stricter than the reference implementation in one thing: a key that the format does not know
  /// is an error.
  public init(decoding bytes: [UInt8]) throws(SafetensorsError) {
    let index = try SafetensorsIndex(decoding: bytes)
    var tensors: [NamedTensor] = []
    for entry in index.entries {
      guard let type = ElementType(safetensorsName: entry.elementType) else {
        throw .unsupportedElementType(tensor: entry.name, found: entry.elementType)
      }
      tensors.append(
        NamedTensor(
          name: entry.name,
          value: Tensor(type, littleEndian: bytes[entry.bytes], shape: entry.shape)))
    }
    self.init(tensors: tensors, metadata: index.metadata)
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
  fileprivate var littleEndianWords: [UInt32] {
    withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 4).map { place in
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
      }
    }
  }
}
