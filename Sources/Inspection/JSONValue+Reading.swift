internal import Configurations
internal import Evaluation

extension JSONValue {
  /// Calls `body` with every value that is no list, no object and not null, and the keys that lead
  /// to it; the places in a list count from 1.
  func forEachLeaf(_ path: [String] = [], _ body: ([String], JSONValue) -> Void) {
    switch self {
    case .null: break
    case .boolean, .integer, .number, .string: body(path, self)
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        element.forEachLeaf(path + ["\(index + 1)"], body)
      }
    case .object(let values):
      for (key, value) in values { value.forEachLeaf(path + [key], body) }
    }
  }

  /// A single value as a user would write it; nil for a list or an object.
  var plainText: String? {
    switch self {
    case .null: "–"
    case .boolean(let isTrue): isTrue ? "yes" : "no"
    case .integer(let number): "\(number)"
    case .number(let number): Figures.limit(number)
    case .string(let text): text
    case .array, .object: nil
    }
  }

  /// The value in words: `adam, beta1 0.9, beta2 0.999`.
  var words: String {
    switch self {
    case .array(let elements): elements.map(\.words).joined(separator: ", ")
    case .object(let values): Self.words(values)
    default: plainText ?? ""
    }
  }

  /// What names the whole stands first and alone, and the rest behind its keys.
  static func words(_ values: [String: JSONValue]) -> String {
    let names = ["type", "name"].compactMap { key in values[key].map { (key, $0) } }
    let rest = values.filter { $0.key != "type" && $0.key != "name" }
      .sorted { KeyWords.place(of: $0.key) < KeyWords.place(of: $1.key) }
      .map { key, value in
        switch value {
        case .object(let values): "\(KeyWords.text(key)) (\(words(values)))"
        default: "\(KeyWords.text(key)) \(value.words)"
        }
      }
    return (names.map(\.1.words) + rest).joined(separator: ", ")
  }
}
