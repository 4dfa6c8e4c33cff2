internal import Suggestions

extension JSONValue {
  /// Parses a document, strictly: two equal keys in one object are an error.
  ///
  /// - Throws: ``ConfigurationError/syntax(_:_:)`` when it is not JSON; `source` names it there.
  public init(parsing bytes: [UInt8], source: String) throws(ConfigurationError) {
    let parser = JSONParser(bytes: bytes, source: source)
    var reader = JSONReader(bytes[...]) { parser.error(at: $0, "\($1) is expected") }
    self = try parser.value(&reader, depth: 0)
    try reader.readEnd(of: "the document")
  }
}

private struct JSONParser {
  typealias Reader = JSONReader<ConfigurationError>

  /// Deeper documents are refused, so that no file can exhaust the stack.
  static let depthLimit = 100

  let bytes: [UInt8]
  let source: String

  func value(_ reader: inout Reader, depth: Int) throws(ConfigurationError) -> JSONValue {
    switch reader.token {
    case UInt8(ascii: "{"):
      var values: [String: JSONValue] = [:]
      try reader.readObject { (key, reader) throws(ConfigurationError) in
        guard values[key] == nil else {
          throw error(at: reader.position, "the key \(key.quoted) stands twice in one object")
        }
        values[key] = try inner(&reader, depth: depth + 1)
      }
      return .object(values)
    case UInt8(ascii: "["):
      return .array(
        try reader.readArray { (reader) throws(ConfigurationError) in
          try inner(&reader, depth: depth + 1)
        })
    case UInt8(ascii: "\""): return .string(try reader.readString())
    case UInt8(ascii: "t"):
      try reader.readLiteral("true")
      return .boolean(true)
    case UInt8(ascii: "f"):
      try reader.readLiteral("false")
      return .boolean(false)
    case UInt8(ascii: "n"):
      try reader.readLiteral("null")
      return .null
    case let byte? where byte == UInt8(ascii: "-") || Reader.isDigit(byte):
      return try number(&reader)
    default: throw reader.failure("a value")
    }
  }

  private func inner(_ reader: inout Reader, depth: Int) throws(ConfigurationError) -> JSONValue {
    guard depth <= Self.depthLimit else {
      throw error(
        at: reader.position, "more than \(Self.depthLimit) lists and objects inside others")
    }
    return try value(&reader, depth: depth)
  }

  private func number(_ reader: inout Reader) throws(ConfigurationError) -> JSONValue {
    let text = try reader.readNumber()
    if let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else {
      throw error(at: reader.position, "the number \(text.quoted) is too large")
    }
    return .number(number)
  }

  func error(at offset: Int, _ message: String) -> ConfigurationError {
    let newline = UInt8(ascii: "\n")
    let text = bytes[..<offset]
    let line = text.count { $0 == newline } + 1
    let start = text.lastIndex(of: newline).map { $0 + 1 } ?? 0
    let column = String(decoding: text[start...], as: UTF8.self).count + 1
    return .syntax(source, "line \(line), column \(column): \(message)")
  }
}
