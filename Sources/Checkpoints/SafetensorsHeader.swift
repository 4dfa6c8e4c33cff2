internal import Configurations

/// The header of a safetensors file as it is written there: nothing yet says that its figures
/// agree with each other or with the data.
struct SafetensorsHeader {
  struct Entry {
    var name: String
    var elementType: String
    var shape: [Int]
    var begin: Int
    var end: Int
  }

  var entries: [Entry] = []
  var metadata: [String: String] = [:]

  init(decoding bytes: ArraySlice<UInt8>) throws(SafetensorsError) {
    var reader = Reader(bytes) { .invalidHeader(offset: $0, expected: $1) }
    var names: Set<String> = []
    try reader.readObject { (name, reader) throws(SafetensorsError) in
      guard names.insert(name).inserted else { throw .duplicateKey(name) }
      if name == SafetensorsFile.metadataKey {
        metadata = try Self.metadata(from: &reader)
      } else {
        entries.append(try Self.entry(name, from: &reader))
      }
    }
    try reader.readEnd(of: "the header")
  }

  private typealias Reader = JSONReader<SafetensorsError>

  private static func integers(
    from reader: inout Reader
  ) throws(SafetensorsError) -> [Int] {
    try reader.readArray { (reader) throws(SafetensorsError) in try reader.readInteger() }
  }

  private static func metadata(
    from reader: inout Reader
  ) throws(SafetensorsError) -> [String: String] {
    var metadata: [String: String] = [:]
    try reader.readObject { (key, reader) throws(SafetensorsError) in
      let value = try reader.readString()
      guard metadata.updateValue(value, forKey: key) == nil else { throw .duplicateKey(key) }
    }
    return metadata
  }

  private static func entry(
    _ name: String, from reader: inout Reader
  ) throws(SafetensorsError) -> Entry {
    var elementType: String?
    var shape: [Int]?
    var offsets: [Int]?
    var keys: Set<String> = []
    try reader.readObject { (key, reader) throws(SafetensorsError) in
      guard keys.insert(key).inserted else { throw .duplicateKey(key) }
      switch key {
      case "dtype": elementType = try reader.readString()
      case "shape": shape = try Self.integers(from: &reader)
      case "data_offsets": offsets = try Self.integers(from: &reader)
      default: throw .unknownKey(tensor: name, key: key)
      }
    }
    guard let elementType else { throw .missingKey(tensor: name, key: "dtype") }
    guard let shape else { throw .missingKey(tensor: name, key: "shape") }
    guard let offsets else { throw .missingKey(tensor: name, key: "data_offsets") }
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw .invalidOffsets(tensor: name)
    }
    return Entry(
      name: name, elementType: elementType, shape: shape, begin: offsets[0], end: offsets[1])
  }
}
