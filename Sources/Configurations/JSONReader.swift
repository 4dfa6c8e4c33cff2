/// Reads JSON token by token, and nothing but JSON (RFC 8259).
///
/// Foundation's parser would silently keep one of two equal keys, accept a comma before a closing
/// bracket, and turn numbers into floating point.
package struct JSONReader<Failure: Error> {
  private let bytes: ArraySlice<UInt8>
  private let makeFailure: (_ offset: Int, _ expected: String) -> Failure
  /// The offset of the next byte.
  package private(set) var position: Int

  /// - Parameter failure: the error for a place among the bytes at which something else was
  ///   expected.
  package init(
    _ bytes: ArraySlice<UInt8>, failure: @escaping (_ offset: Int, _ expected: String) -> Failure
  ) {
    self.bytes = bytes
    makeFailure = failure
    position = bytes.startIndex
  }

  /// The first byte of the next token; nil at the end.
  package var token: UInt8? {
    mutating get {
      skipSpace()
      return next
    }
  }

  /// Reads an object; `readValue` is called behind every key and must read the value.
  package mutating func readObject(
    _ readValue: (String, inout JSONReader) throws(Failure) -> Void
  ) throws(Failure) {
    try expect("{")
    if skip("}") { return }
    repeat {
      let key = try readString()
      try expect(":")
      try readValue(key, &self)
    } while skip(",")
    try expect("}")
  }

  /// Reads an array; `readElement` must read an element.
  package mutating func readArray<T>(
    _ readElement: (inout JSONReader) throws(Failure) -> T
  ) throws(Failure) -> [T] {
    try expect("[")
    if skip("]") { return [] }
    var elements: [T] = []
    repeat {
      elements.append(try readElement(&self))
    } while skip(",")
    try expect("]")
    return elements
  }

  package mutating func readString() throws(Failure) -> String {
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

  /// Reads a word such as `true`.
  package mutating func readLiteral(_ word: String) throws(Failure) {
    skipSpace()
    guard bytes[position...].starts(with: word.utf8) else { throw failure("'\(word)'") }
    position += word.utf8.count
  }

  /// Reads the end of what is called `document`.
  package mutating func readEnd(of document: String) throws(Failure) {
    if token != nil { throw failure("the end of \(document)") }
  }

  /// Reads any number, as its text.
  package mutating func readNumber() throws(Failure) -> String {
    skipSpace()
    let start = position
    _ = skipExactly("-")
    let isPadded = next == UInt8(ascii: "0")
    let digits = skipDigits()
    var isNumber = digits > 0 && !(isPadded && digits > 1)
    if skipExactly(".") { isNumber = skipDigits() > 0 && isNumber }
    if skipExactly("e") || skipExactly("E") {
      _ = skipExactly("+") || skipExactly("-")
      isNumber = skipDigits() > 0 && isNumber
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard isNumber else {
      position = start
      throw failure("a number")
    }
    return text
  }

  /// Reads a whole number that is not negative.
  package mutating func readInteger() throws(Failure) -> Int {
    skipSpace()
    let start = position
    var value = 0
    while let byte = next, Self.isDigit(byte) {
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
  private mutating func readEscape() throws(Failure) -> Unicode.Scalar {
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
  private mutating func readUnicodeEscape() throws(Failure) -> Unicode.Scalar {
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

  private mutating func readHexadecimal() throws(Failure) -> UInt32 {
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

  private mutating func expect(_ token: Unicode.Scalar) throws(Failure) {
    if !skip(token) { throw failure("'\(token)'") }
  }

  package static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while let byte = next, Self.isDigit(byte) { position += 1 }
    return position - start
  }

  /// That something else was expected at the present place.
  package func failure(_ expected: String) -> Failure { makeFailure(position, expected) }
}
