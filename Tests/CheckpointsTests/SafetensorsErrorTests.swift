import Autodiff
import Checkpoints
import Testing

/// Files that were made to do harm, by hand and by chance.
@Suite struct SafetensorsErrorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]
    var error: SafetensorsError

    init(_ name: String, _ bytes: [UInt8], _ error: SafetensorsError) {
      testDescription = name
      self.bytes = bytes
      self.error = error
    }

    /// One tensor `t` with these properties in its header, and these many bytes of data.
    init(
      _ name: String, type: String = "U8", shape: String, offsets: String, data: Int = 4,
      _ error: SafetensorsError
    ) {
      let header = #"{"t":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}}"#
      self.init(
        name, Samples.bytes(header: header, data: Array(repeating: 0, count: data)), error)
    }

    /// A header that ends being valid at a byte of its own.
    init(_ header: String, at offset: Int, expected: String) {
      self.init(
        header, Samples.bytes(header: header),
        .invalidHeader(offset: 8 + offset, expected: expected)
      )
    }
  }

  static let two = #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","#
  static let wholeNumber = "a whole number that is not negative"
  static let maximum = "a number of at most 9223372036854775807"

  static let cases: [Case] =
    (0..<8).map {
      Case("\($0) bytes", Array(repeating: 0, count: $0), .tooShort(byteCount: $0))
    } + [
      Case("no header", Samples.bytes(header: ""), .invalidHeader(offset: 8, expected: "'{'")),
      Case(
        "the longest header", Samples.bytes(length: .max, header: []),
        .headerTooLarge(byteCount: .max)),
      Case(
        "a header over the limit", Samples.bytes(length: 100_000_001, header: []),
        .headerTooLarge(byteCount: 100_000_001)),
      Case(
        "a header past the end", Samples.bytes(length: 3, header: [0x7B, 0x7D]),
        .headerPastEnd(byteCount: 3, fileByteCount: 10)),
      Case(
        "a header at the limit, without bytes", Samples.bytes(length: 100_000_000, header: [0x7B]),
        .headerPastEnd(byteCount: 100_000_000, fileByteCount: 9)),

      Case("[]", at: 0, expected: "'{'"),
      Case("{", at: 1, expected: "'\"'"),
      Case("{}{}", at: 2, expected: "the end of the header"),
      Case(#"{"a"}"#, at: 4, expected: "':'"),
      Case(#"{"__metadata__":{},}"#, at: 19, expected: "'\"'"),
      Case(#"{"__metadata__":null}"#, at: 16, expected: "'{'"),
      Case(#"{"__metadata__":{"k":1}}"#, at: 21, expected: "'\"'"),
      Case(#"{"__metadata__":{"k":{"k":"v"}}}"#, at: 21, expected: "'\"'"),
      Case(#"{"a":1}"#, at: 5, expected: "'{'"),
      Case(#"{"a":{"dtype":1}}"#, at: 14, expected: "'\"'"),
      Case(#"{"a":{"shape":{}}}"#, at: 14, expected: "'['"),
      Case(#"{"a":{"shape":[[1]]}}"#, at: 15, expected: wholeNumber),
      Case(#"{"a":{"shape":[-1]}}"#, at: 15, expected: wholeNumber),
      Case(#"{"a":{"shape":["1"]}}"#, at: 15, expected: wholeNumber),
      Case(#"{"a":{"shape":[NaN]}}"#, at: 15, expected: wholeNumber),
      Case(#"{"a":{"shape":[01]}}"#, at: 15, expected: wholeNumber),
      Case(#"{"a":{"shape":[1,]}}"#, at: 17, expected: wholeNumber),
      Case(#"{"a":{"shape":[²]}}"#, at: 15, expected: wholeNumber),
      Case(#"{"a":{"shape":[1.5]}}"#, at: 16, expected: "']'"),
      Case(#"{"a":{"shape":[1e3]}}"#, at: 16, expected: "']'"),
      Case(#"{"a":{"shape":[9223372036854775808]}}"#, at: 15, expected: maximum),
      Case(#"{"a":{"shape":[99999999999999999999999]}}"#, at: 15, expected: maximum),
      Case(#"{"\x"#, at: 3, expected: "an escape sequence"),
      Case(#"{"\"#, at: 3, expected: "an escape sequence"),
      Case(#"{"\u00g0"#, at: 6, expected: "four hexadecimal digits"),
      Case(#"{"\u00"#, at: 6, expected: "four hexadecimal digits"),
      Case(#"{"\ud800":{}}"#, at: 4, expected: "a pair of surrogates"),
      Case(#"{"\udc00\ud800":{}}"#, at: 4, expected: "a pair of surrogates"),
      Case(#"{"\ud800\u0041":{}}"#, at: 4, expected: "a pair of surrogates"),
      Case("{\"a\nb\":{}}", at: 3, expected: "no control character in a string"),
      Case(#"{"a"#, at: 3, expected: "the end of the string"),
      Case(
        "invalid UTF-8", Samples.bytes(header: [0x7B, 0x22, 0xFF, 0x22, 0x7D]),
        .invalidHeader(offset: 10, expected: "valid UTF-8")),
      Case(
        "a surrogate in UTF-8", Samples.bytes(header: [0x7B, 0x22, 0xED, 0xA0, 0x80, 0x22, 0x7D]),
        .invalidHeader(offset: 10, expected: "valid UTF-8")),
      Case(
        "deep arrays", Samples.bytes(header: String(repeating: "[", count: 1_000_000)),
        .invalidHeader(offset: 8, expected: "'{'")),
      Case(
        "deep objects", Samples.bytes(header: String(repeating: #"{"a":"#, count: 100_000)),
        .unknownKey(tensor: "a", key: "a")),

      Case(
        "a tensor twice",
        Samples.bytes(header: two + #""shape":[0],"data_offsets":[2,2]},"a":{}}"#),
        .duplicateKey("a")),
      Case(
        "a tensor twice, in two normal forms",
        Samples.bytes(
          header: #"{"é":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"e\u0301":{}}"#),
        .duplicateKey("é")),
      Case(
        "metadata twice", Samples.bytes(header: #"{"__metadata__":{},"__metadata__":{}}"#),
        .duplicateKey("__metadata__")),
      Case(
        "a text twice", Samples.bytes(header: #"{"__metadata__":{"a":"1","\u0061":"1"}}"#),
        .duplicateKey("a")),
      Case(
        "a type twice", Samples.bytes(header: #"{"t":{"dtype":"U8","dtype":"U8"}}"#),
        .duplicateKey("dtype")),
      Case(
        "no type", Samples.bytes(header: #"{"t":{"shape":[],"data_offsets":[0,1]}}"#),
        .missingKey(tensor: "t", key: "dtype")),
      Case(
        "no shape", Samples.bytes(header: #"{"t":{"dtype":"U8","data_offsets":[0,1]}}"#),
        .missingKey(tensor: "t", key: "shape")),
      Case(
        "no offsets", Samples.bytes(header: #"{"t":{"dtype":"U8","shape":[]}}"#),
        .missingKey(tensor: "t", key: "data_offsets")),
      Case(
        "another key", Samples.bytes(header: #"{"t":{"stride":[]}}"#),
        .unknownKey(tensor: "t", key: "stride")),

      Case(
        "half precision", type: "F16", shape: "[2]", offsets: "[0,4]",
        .unsupportedElementType(tensor: "t", found: "F16")),
      Case(
        "lower case", type: "f32", shape: "[1]", offsets: "[0,4]",
        .unsupportedElementType(tensor: "t", found: "f32")),
      Case(
        "one offset", shape: "[4]", offsets: "[4]", .invalidOffsets(tensor: "t")),
      Case(
        "three offsets", shape: "[4]", offsets: "[0,4,4]", .invalidOffsets(tensor: "t")),
      Case(
        "offsets turned round", shape: "[4]", offsets: "[4,0]", .invalidOffsets(tensor: "t")),
      Case(
        "too many elements", shape: "[4294967296,4294967296]", offsets: "[0,4]",
        .shapeOverflow(tensor: "t")),
      Case(
        "too many elements before a zero", shape: "[9223372036854775807,2,0]", offsets: "[0,0]",
        data: 0, .shapeOverflow(tensor: "t")),
      Case(
        "too many bytes", type: "F32", shape: "[4611686018427387904]", offsets: "[0,4]",
        .shapeOverflow(tensor: "t")),
      Case(
        "more elements than data", shape: "[5]", offsets: "[0,4]",
        .sizeMismatch(tensor: "t", expected: 5, found: 4)),
      Case(
        "fewer elements than data", type: "I32", shape: "[]", offsets: "[0,5]", data: 5,
        .sizeMismatch(tensor: "t", expected: 4, found: 5)),
      Case(
        "data past the end", shape: "[5]", offsets: "[0,5]", .dataPastEnd(tensor: "t")),
      Case(
        "data far past the end", shape: "[9223372036854775807]",
        offsets: "[0,9223372036854775807]", .dataPastEnd(tensor: "t")),
      Case(
        "a hole at the start", shape: "[3]", offsets: "[1,4]", .hole(tensor: "t")),
      Case(
        "bytes at the end", shape: "[3]", offsets: "[0,3]", .trailingBytes(count: 1)),
      Case("bytes and no tensor", Samples.bytes(header: "{}", data: [0]), .trailingBytes(count: 1)),
      Case(
        "overlap",
        Samples.bytes(header: two + #""shape":[2],"data_offsets":[1,3]}}"#, data: [0, 0, 0]),
        .overlap(tensor: "b")),
      Case(
        "a hole between",
        Samples.bytes(header: two + #""shape":[1],"data_offsets":[3,4]}}"#, data: [0, 0, 0, 0]),
        .hole(tensor: "b")),
    ]

  @Test(arguments: cases)
  func anEvilFileIsRefused(_ evil: Case) throws {
    #expect(throws: evil.error) { try SafetensorsFile(decoding: evil.bytes) }
    try checkDescription(evil.error)
  }

  @Test func descriptionsOfHostileNamesStayOnOneShortLine() throws {
    let name = "\u{1b}[2J\n\u{202e}" + String(repeating: "x", count: 100_000)
    let text = SafetensorsError.hole(tensor: name).description
    #expect(text.contains(#"'\u{1b}[2J\u{a}\u{202e}xxx"#))
    try checkDescription(.hole(tensor: name))
  }

  /// Mutated files are refused with an error or read; what was read can be written and read again.
  @Test(arguments: 0..<8)
  func noMutationCrashesTheReader(seed: Int) throws {
    var generator = SplitMix64(state: UInt64(seed))
    let originals = [Samples.file.encoded(), Samples.checkpoint.encoded()]
    var accepted = 0
    var kinds: Set<String> = []
    for _ in 0..<600 {
      var bytes = originals.randomElement(using: &generator)!
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        mutate(&bytes, using: &generator)
      }
      do throws(SafetensorsError) {
        let file = try SafetensorsFile(decoding: bytes)
        accepted += 1
        // Bytes, not values: a mutated element may not be a number, and then equals nothing.
        let encoded = file.encoded()
        #expect(try SafetensorsFile(decoding: encoded).encoded() == encoded)
        _ = try? Checkpoint(file).validate(expected: Samples.expected)
      } catch {
        kinds.insert(String(describing: Mirror(reflecting: error).children.first?.label))
        try checkDescription(error)
      }
    }
    #expect(accepted > 20)
    #expect(kinds.count >= 8)
  }

  private func checkDescription(_ error: SafetensorsError) throws {
    let description = error.description
    try #require(!description.isEmpty && description.unicodeScalars.count < 600)
    try #require(!description.unicodeScalars.contains { $0.value < 0x20 })
  }

  /// Changes a file in one place: anywhere, in the header's length, or in the header's own words.
  private func mutate(_ bytes: inout [UInt8], using generator: inout SplitMix64) {
    guard bytes.count > 16 else { return bytes.append(0) }
    let place = Int.random(in: 0..<bytes.count, using: &generator)
    switch Int.random(in: 0..<10, using: &generator) {
    case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1: bytes[place] = .random(in: 0...255, using: &generator)
    case 2: bytes.removeLast(bytes.count - place)
    case 3: bytes.insert(.random(in: 0...255, using: &generator), at: place)
    case 4: bytes.removeSubrange(place..<min(place + 5, bytes.count))
    case 5: bytes[Int.random(in: 0..<8, using: &generator)] ^= 1 << 3
    default: mutateHeader(&bytes, using: &generator)
    }
  }

  /// Puts one token of a header in the place of another and sets the header's length right.
  private func mutateHeader(_ bytes: inout [UInt8], using generator: inout SplitMix64) {
    let length = Int(bytes[8...].firstIndex(of: 0) ?? bytes.count) - 8
    let header = String(decoding: bytes[8..<(8 + length)], as: UTF8.self)
    let tokens = [
      "0", "1", "3", "4", "12", "24", "36", "-1", "1e9", "9223372036854775807", "4294967296", "[",
      "]", "{", "}", ",", ":", "\"", "\\u0000", "F32", "U8", "I32", "F64", "shape", "dtype",
      "data_offsets", "__metadata__", "\"a\":{},", "[]", "null", " ", "defend.seed", "é",
    ]
    let present = tokens.filter { header.contains($0) }
    guard let old = present.randomElement(using: &generator) else { return }
    var parts = header.split(separator: old, omittingEmptySubsequences: false).map(String.init)
    guard parts.count > 1 else { return }
    let place = Int.random(in: 1..<parts.count, using: &generator)
    parts[place] = tokens.randomElement(using: &generator)! + parts[place]
    let changed =
      parts[..<place].joined(separator: old) + parts[place...].joined(separator: old)
    bytes = Samples.bytes(header: changed, data: Array(bytes[(8 + length)...]))
  }
}
