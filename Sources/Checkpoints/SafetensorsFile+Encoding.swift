internal import Autodiff

extension SafetensorsFile {
  /// The bytes of the file: the same for the same content, and those that the format's reference
  /// implementation writes.
  ///
  /// - Precondition: names and metadata fill less than the format's 100 MB of header.
  public func encoded() -> [UInt8] {
    var header = encodedHeader()
    // The header ends where 8-aligned data begins.
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    precondition(
      header.count <= Self.headerLimit,
      "SafetensorsFile: a header of \(header.count) bytes is over the format's limit")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + tensors.reduce(0) { $0 + $1.value.byteCount })
    bytes.append(littleEndian: UInt64(header.count))
    bytes += header
    for tensor in tensors { bytes.append(elementsOf: tensor.value) }
    return bytes
  }

  private func encodedHeader() -> [UInt8] {
    var entries: [String] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { "\($0.key.jsonString):\($0.value.jsonString)" }
      entries.append("\(Self.metadataKey.jsonString):{\(texts.joined(separator: ","))}")
    }
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.value.byteCount
      let shape = tensor.value.shape.map(String.init).joined(separator: ",")
      let type = tensor.value.elementType.safetensorsName
      entries.append(
        "\(tensor.name.jsonString):"
          + "{\"dtype\":\"\(type)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    return Array("{\(entries.joined(separator: ","))}".utf8)
  }
}

extension Tensor {
  fileprivate var byteCount: Int { count * elementType.byteCount }
}

extension [UInt8] {
  fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
    for shift in stride(from: 0, to: value.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  fileprivate mutating func append(elementsOf tensor: Tensor) {
    switch tensor.storage {
    case .float32(let elements):
      for element in elements { append(littleEndian: element.bitPattern) }
    case .int32(let elements):
      for element in elements { append(littleEndian: element) }
    case .uint8(let elements):
      self += elements
    }
  }
}

extension String {
  /// The text as a JSON string with as few escapes as JSON allows.
  ///
  /// Foundation's encoder could write it, but escapes more or less from version to version, and a
  /// checkpoint's bytes must not change with it.
  fileprivate var jsonString: String {
    var text = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\u{8}": text += "\\b"
      case "\u{c}": text += "\\f"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
