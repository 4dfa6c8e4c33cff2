/// Names that can stand in a path without changing its direction.
enum PlainName {
  /// Whether a name is of ASCII letters, digits, `-`, `_` and `.`, a letter or
  /// digit first.
  static func isPlain(_ name: String) -> Bool {
    guard let first = name.unicodeScalars.first, isLetterOrDigit(first) else { return false }
    return name.unicodeScalars.allSatisfy {
      isLetterOrDigit($0) || $0 == "-" || $0 == "_" || $0 == "."
    }
  }

  private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9": true
    default: false
    }
  }
}
