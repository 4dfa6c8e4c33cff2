import Configurations
import Testing

@Suite struct ConfigurationObjectTests {
  enum Colour: String, CaseIterable {
    case red, green
  }

  /// One of every kind of value.
  struct Everything {
    var text: String?
    var flag: Bool?
    var size: Int?
    var rate: Double?
    var pair: [Int]?
    var colour: Colour?
    var places: [String] = []

    init(_ text: String) throws(ConfigurationError) {
      let value = try JSONValue(parsing: Array(text.utf8), source: "a.json")
      var object = try ConfigurationObject(value, place: "a.json")
      self.text = try object.string("text")
      flag = try object.boolean("flag")
      size = try object.integer("size", in: 1...100)
      rate = try object.number("rate", in: 0...0.5)
      _ = try object.number("weight", in: 0...Double.infinity)
      _ = try object.integer("count", in: 0...Int.max)
      pair = try object.integers("pair", count: 2, in: 0...9)
      colour = try object.choice("colour", among: Colour.allCases, named: \.rawValue)
      if var inner = try object.object("inner") {
        _ = try inner.required("must", inner.integer("must", in: 0...1))
        try inner.finish()
      }
      for var item in try object.objects("items") ?? [] {
        places.append(item.place)
        _ = try item.integer("n", in: 0...1)
        try item.finish()
      }
      try object.finish()
    }
  }

  @Test func everyKindIsRead() throws {
    let read = try Everything(
      #"""
      {"text": "t", "flag": true, "size": 100, "rate": 0, "pair": 3, "colour": "green",
       "weight": 1e300, "count": 9223372036854775807, "inner": {"must": 1},
       "items": [{}, {"n": 1}]}
      """#)
    #expect(read.text == "t" && read.flag == true && read.size == 100 && read.rate == 0)
    #expect(read.pair == [3, 3] && read.colour == .green)
    #expect(read.places == ["a.json: items[0]", "a.json: items[1]"])
  }

  @Test func whatIsMissingOrNullIsNil() throws {
    for text in ["{}", #"{"text": null, "size": null, "inner": null, "pair": null}"#] {
      let read = try Everything(text)
      #expect(read.text == nil && read.size == nil && read.pair == nil && read.colour == nil)
    }
  }

  @Test(arguments: [
    ("[]", "a.json: an object is needed, not a list"),
    ("3", "a.json: an object is needed, not a number"),
    (#"{"siez": 1}"#, "a.json: unknown key 'siez'; did you mean 'size'?"),
    (
      #"{"zzzzzz": 1}"#,
      "a.json: unknown key 'zzzzzz'; known are colour, count, flag, inner, items, pair, rate, size, "
        + "text, weight"
    ),
    (#"{"a\nb": 1, "text": 2}"#, "a.json: text: a text is needed, not a number"),
    (
      #"{"inner": {"must": 1, "m\nst": 2}}"#,
      #"a.json: inner: unknown key 'm\u{a}st'; did you mean 'must'?"#
    ),
    (#"{"inner": {}}"#, "a.json: inner: the key 'must' is missing"),
    (#"{"inner": {"must": null}}"#, "a.json: inner: the key 'must' is missing"),
    (#"{"inner": [1]}"#, "a.json: inner: an object is needed, not a list"),
    (#"{"items": {}}"#, "a.json: items: a list is needed, not an object"),
    (#"{"items": [{}, 1]}"#, "a.json: items[1]: an object is needed, not a number"),
    (#"{"items": [{"n": 2}]}"#, "a.json: items[0]: n: 2 is outside 0…1"),
    (#"{"flag": "true"}"#, "a.json: flag: true or false is needed, not a text"),
    (#"{"flag": 1}"#, "a.json: flag: true or false is needed, not a number"),
    (#"{"size": true}"#, "a.json: size: a whole number is needed, not true or false"),
    (#"{"size": "7"}"#, "a.json: size: a whole number is needed, not a text"),
    (#"{"size": 1.5}"#, "a.json: size: a whole number is needed, not 1.5"),
    (#"{"size": 0}"#, "a.json: size: 0 is outside 1…100"),
    (#"{"size": 101}"#, "a.json: size: 101 is outside 1…100"),
    (
      #"{"size": 9223372036854775808}"#,
      "a.json: size: a whole number is needed, not 9.223372036854776e+18"
    ),
    (#"{"count": -1}"#, "a.json: count: -1 is outside 0…"),
    (#"{"rate": 0.51}"#, "a.json: rate: 0.51 is outside 0…0.5"),
    (#"{"rate": -1e-9}"#, "a.json: rate: -1e-09 is outside 0…0.5"),
    (#"{"rate": "0.1"}"#, "a.json: rate: a number is needed, not a text"),
    (#"{"weight": -1}"#, "a.json: weight: -1 is outside 0…"),
    (#"{"pair": [1, 2, 3]}"#, "a.json: pair: a list of 2 numbers is needed, not of 3"),
    (#"{"pair": []}"#, "a.json: pair: a list of 2 numbers is needed, not of 0"),
    (#"{"pair": [1, 10]}"#, "a.json: pair: 10 is outside 0…9"),
    (#"{"pair": "1"}"#, "a.json: pair: a whole number is needed, not a text"),
    (#"{"colour": "gren"}"#, "a.json: colour: 'gren' is unknown; did you mean 'green'?"),
    (#"{"colour": "blue"}"#, "a.json: colour: 'blue' is unknown; known are red, green"),
    (#"{"colour": 1}"#, "a.json: colour: a text is needed, not a number"),
  ])
  func mistakes(text: String, message: String) throws {
    let error = try #require(throws: ConfigurationError.self) { try Everything(text) }
    #expect(error.description == message)
  }

  @Test func aKeyIsKnownOnceItWasAskedFor() throws {
    let value = JSONValue.object(["a": .integer(1)])
    var object = try ConfigurationObject(value, place: "p")
    #expect(throws: ConfigurationError.unknownKey("a", place: "p", known: [])) {
      try object.finish()
    }
    _ = object.value("a")
    try object.finish()
  }
}
