/// Reads the part of JSON that a safetensors header may use: objects, strings, and arrays of whole
/// numbers.
///
/// A general parser would silently keep one of two equal keys, turn numbers into floating point,
/// and recurse as deep as the file tells it to.
struct HeaderReader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// Reads an object; `readValue` is called behind every key and must read the value.
  mutating func readObject(
    _ readValue: (String, inout HeaderReader) throws(SafetensorsError) -> Void
  ) throws(SafetensorsError) {
    try expect("{")
    if skip("}") { return }
    repeat {
      let key = try readString()
      try expect(":")
      try readValue(key, &self)
    } while skip(",")
    try expect("}")
  }

  mutating func readIntegers() throws(SafetensorsError) -> [Int] {
    try expect("[")
    if skip("]") { return [] }
    var integers: [Int] = []
    repeat {
      integers.append(try readInteger())
    } while skip(",")
    try expect("]")
    return integers
  }

  mutating func readString() throws(SafetensorsError) -> String {
    try expect("\"")
    let start = position
    var text: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          position = start
          throw failure("valid UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): text += UTF8.encode(try readEscape())!
      case 0..<0x20:
        position -= 1
        throw failure("no control character in a string")
      default: text.append(byte)
      }
    }
    throw failure("the end of the string")
  }

  /// Reads the end of the header.
  mutating func readEnd() throws(SafetensorsError) {
    skipSpace()
    if position < bytes.endIndex { throw failure("the end of the header") }
  }

  private mutating func readInteger() throws(SafetensorsError) -> Int {
    skipSpace()
    let start = position
    var value = 0
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      let digit = Int(byte - UInt8(ascii: "0"))
      let (product, over) = value.multipliedReportingOverflow(by: 10)
      let (sum, overAgain) = product.addingReportingOverflow(digit)
      if over || overAgain {
        position = start
        throw failure("a number of at most \(Int.max)")
      }
      value = sum
      position += 1
    }
    let isPadded = position - start > 1 && bytes[start] == UInt8(ascii: "0")
    if position == start || isPadded {
      position = start
      throw failure("a whole number that is not negative")
    }
    return value
  }

  /// Reads what follows a backslash.
  private mutating func readEscape() throws(SafetensorsError) -> Unicode.Scalar {
    guard let byte = next else { throw failure("an escape sequence") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try readUnicodeEscape()
    default:
      position -= 1
      throw failure("an escape sequence")
    }
  }

  /// Reads four hexadecimal digits, and the second half of a surrogate pair behind a first one.
  private mutating func readUnicodeEscape() throws(SafetensorsError) -> Unicode.Scalar {
    let start = position
    let first = try readHexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    if first < 0xDC00, skipExactly("\\"), skipExactly("u") {
      let second = try readHexadecimal()
      if (0xDC00...0xDFFF).contains(second) {
        let value = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
        if let scalar = Unicode.Scalar(value) { return scalar }
      }
    }
    position = start
    throw failure("a pair of surrogates")
  }

  private mutating func readHexadecimal() throws(SafetensorsError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("four hexadecimal digits")
      }
      value = value * 16 + UInt32(digit)
      position += 1
    }
    return value
  }

  private var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  private mutating func skip(_ token: Unicode.Scalar) -> Bool {
    skipSpace()
    return skipExactly(token)
  }

  private mutating func skipExactly(_ token: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: token) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ token: Unicode.Scalar) throws(SafetensorsError) {
    if !skip(token) { throw failure("'\(token)'") }
  }

  private func failure(_ expected: String) -> SafetensorsError {
    .invalidHeader(offset: position, expected: expected)
  }
}
