/// Keys of JSON as words: `learningRate` is "learning rate".
enum KeyWords {
  static func text(_ key: String) -> String { words(key).joined(separator: " ") }

  static func words(_ key: String) -> [String] {
    if let known = known[key] { return known }
    var words: [String] = []
    var wasUpper = true
    for character in key {
      let isUpper = character.isUppercase
      if words.isEmpty || isUpper && !wasUpper { words.append("") }
      words[words.count - 1] += character.lowercased()
      wasUpper = isUpper
    }
    return words
  }

  private static let known = ["dataset": ["data", "set"], "epsilon": ["ε"]]

  /// What names or sizes a thing goes before its details, those by the alphabet.
  static func place(of key: String) -> (Int, String) {
    (first.firstIndex(of: key) ?? first.count, key)
  }

  private static let first = [
    "model", "dataset", "limit", "validation", "epochs", "batchSize", "optimizer", "learningRate",
    "schedule", "adversarial", "ratio", "epsilon", "filters", "units", "kernel", "window", "stride",
    "padding", "activation",
  ]
}
