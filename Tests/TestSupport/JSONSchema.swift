public import Configurations
public import Foundation

/// A validator of the part of JSON Schema (draft 2020-12) that the project's schemas use. A keyword
/// that it does not know is a mistake, so that none is passed over.
public struct JSONSchema: Sendable {
  private let root: [String: JSONValue]

  public struct UnknownKeyword: Error {
    public let keyword: String
  }

  public init(contentsOf url: URL) throws {
    let document = try JSONValue(
      parsing: Array(Data(contentsOf: url)), source: url.lastPathComponent)
    root = document.object
  }

  /// Where a document is not as the schema says, one line each: `/gates/0: 'outcome' is missing`.
  public func violations(of document: JSONValue) throws -> [String] {
    try violations(of: document, root, at: "")
  }

  private func violations(
    of value: JSONValue, _ schema: [String: JSONValue], at place: String
  ) throws -> [String] {
    try schema.sorted { $0.key < $1.key }.flatMap { keyword, operand -> [String] in
      func expect(_ condition: Bool, _ message: String) -> [String] {
        condition ? [] : ["\(place.isEmpty ? "/" : place): \(message)"]
      }
      switch keyword {
      case "$schema", "$defs", "title", "description": return []
      case "$ref": return try violations(of: value, definition(operand.string), at: place)
      case "type": return expect(value.has(type: operand.string), "is no \(operand.string)")
      case "enum": return expect(operand.array.contains { value.equals($0) }, "is none of the list")
      case "const": return expect(value.equals(operand), "is not \(operand.text)")
      case "minimum": return expect(value.isNumber { $0 >= operand.double }, "is too small")
      case "maximum": return expect(value.isNumber { $0 <= operand.double }, "is too large")
      case "exclusiveMinimum":
        return expect(value.isNumber { $0 > operand.double }, "is too small")
      case "minItems":
        return expect(Double(value.array.count) >= operand.double, "has too few items")
      case "maxItems":
        return expect(Double(value.array.count) <= operand.double, "has too many items")
      case "required":
        return operand.array.map(\.string).filter { value.object[$0] == nil }
          .flatMap { expect(false, "'\($0)' is missing") }
      case "additionalProperties":
        precondition(operand == .boolean(false), "JSONSchema: additionalProperties must be false")
        let known = schema["properties"]?.object ?? [:]
        return value.object.keys.sorted().filter { known[$0] == nil }
          .flatMap { expect(false, "'\($0)' is unknown") }
      case "properties":
        return try value.object.sorted { $0.key < $1.key }.flatMap { key, value in
          try operand.object[key].map {
            try violations(of: value, $0.object, at: "\(place)/\(key)")
          } ?? []
        }
      case "items":
        return try value.array.enumerated().flatMap {
          try violations(of: $1, operand.object, at: "\(place)/\($0)")
        }
      default: throw UnknownKeyword(keyword: keyword)
      }
    }
  }

  private func definition(_ reference: String) throws -> [String: JSONValue] {
    let name = String(reference.trimmingPrefix("#/$defs/"))
    guard let definition = root["$defs"]?.object[name] else {
      throw UnknownKeyword(keyword: reference)
    }
    return definition.object
  }
}

extension JSONValue {
  /// The members of an object; empty for anything else.
  public var object: [String: JSONValue] {
    if case .object(let members) = self { members } else { [:] }
  }

  /// The items of an array; empty for anything else.
  public var array: [JSONValue] {
    if case .array(let items) = self { items } else { [] }
  }

  /// The text; empty for anything else.
  public var string: String {
    if case .string(let text) = self { text } else { "" }
  }

  /// The number; NaN for anything else.
  public var double: Double {
    switch self {
    case .integer(let number): Double(number)
    case .number(let number): number
    default: .nan
    }
  }

  fileprivate func isNumber(_ condition: (Double) -> Bool) -> Bool { condition(double) }

  fileprivate func equals(_ other: JSONValue) -> Bool { self == other || double == other.double }

  fileprivate func has(type: String) -> Bool {
    switch (type, self) {
    case ("object", .object), ("array", .array), ("string", .string), ("boolean", .boolean),
      ("integer", .integer), ("number", .integer), ("number", .number):
      true
    default: false
    }
  }
}
