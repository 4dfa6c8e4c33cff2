import Configurations
import Testing

@Suite struct JSONValueTests {
  static func parse(_ text: String) throws(ConfigurationError) -> JSONValue {
    try JSONValue(parsing: Array(text.utf8), source: "a.json")
  }

  @Test(
    arguments: [
      ("null", .null), ("true", .boolean(true)), ("-3", .integer(-3)), ("0", .integer(0)),
      ("2.5", .number(2.5)), ("1e-3", .number(0.001)), ("\"\\u00e9\\n\"", .string("é\n")),
      ("\"1\"", .string("1")), ("[1, [2]]", .array([.integer(1), .array([.integer(2)])])),
      (#"{"a": {"b": []}}"#, .object(["a": .object(["b": .array([])])])),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .number(9_223_372_036_854_775_808)),
    ] as [(String, JSONValue)])
  func documents(text: String, value: JSONValue) throws {
    #expect(try Self.parse(text) == value)
  }

  @Test(arguments: [
    "", " ", "{", "[1,]", "{\"a\" 1}", "{a: 1}", "[1] 2", "nan", "NaN", "Infinity", "-inf", "1e999",
    "-1e999", "01", "+1", "'a'", "\"a", "\"\n\"", "tru", "{\"a\": 1,}", "\u{0}", "[1 2]",
    "\"\\ud800\"", "\"\\x\"", "// a\n1",
  ])
  func whatIsNotJSONIsAnErrorOnOneLine(text: String) throws {
    let error = try #require(throws: ConfigurationError.self) { try Self.parse(text) }
    #expect(error.description.hasPrefix("a.json: "))
    #expect(!error.description.contains("\n"))
  }

  @Test func invalidUTF8IsAnError() {
    #expect(throws: ConfigurationError.self) {
      try JSONValue(parsing: [0x22, 0xFF, 0xFE, 0x22], source: "a.json")
    }
    #expect(throws: ConfigurationError.self) {
      try JSONValue(
        parsing: Array("{\"a\": \"".utf8) + [0xC3, 0x28] + Array("\"}".utf8), source: "")
    }
  }

  @Test(arguments: ["[", "{\"a\":", "[{\"a\":"])
  func depthIsLimited(opening: String) {
    #expect(throws: ConfigurationError.self) {
      try Self.parse(String(repeating: opening, count: 100_000))
    }
    let closing = String(opening.reversed().compactMap { ["[": "]", "{": "}"][$0] })
    let isObject = opening.hasSuffix(":")
    #expect(throws: ConfigurationError.self) {
      try Self.parse(
        String(repeating: opening, count: 100_000) + (isObject ? "1" : "")
          + String(repeating: closing, count: 100_000))
    }
  }

  @Test(arguments: [
    ("", "line 1, column 1: a value is expected"),
    ("{\n  \"é\": 1,\n  \"b\" 2\n}", "line 3, column 7: ':' is expected"),
    ("{\"é\": 1,}", "line 1, column 9: '\"' is expected"),
    ("[1, 2", "line 1, column 6: ']' is expected"),
    ("{} {}", "line 1, column 4: the end of the document is expected"),
    ("[-]", "line 1, column 2: a number is expected"),
    ("[1e999]", "line 1, column 7: the number '1e999' is too large"),
    ("[nul]", "line 1, column 2: 'null' is expected"),
    (
      #"{"a": 1, "b": 2, "\u0061": 3}"#,
      "line 1, column 27: the key 'a' stands twice in one object"
    ),
    (#"[{"a": {"b": 1, "b": 2}}]"#, "line 1, column 21: the key 'b' stands twice in one object"),
    (
      String(repeating: "[", count: 200),
      "line 1, column 102: more than 100 lists and objects inside others"
    ),
  ])
  func messages(text: String, message: String) {
    #expect(throws: ConfigurationError.syntax("a.json", message)) { try Self.parse(text) }
  }

  @Test func aHundredLevelsAreFine() throws {
    let text = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
    #expect(try Self.parse(text).text == text)
  }

  @Test(arguments: [
    #"{"a":[1,2.5,"x/y",true,null],"b":{"c":-1}}"#, "[]", "{}", "0.1", #""\"\\é""#,
  ])
  func theTextIsTheDocumentAgain(text: String) throws {
    #expect(try Self.parse(text).text == text)
  }

  /// A checkpoint's bytes hang on it.
  @Test func theTextIsSorted() throws {
    #expect(
      try Self.parse(#"{ "b": 1, "a": {"d": 2, "c": 3} }"#).text == #"{"a":{"c":3,"d":2},"b":1}"#)
  }
}
