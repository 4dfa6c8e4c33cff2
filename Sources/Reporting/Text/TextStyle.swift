/// Whether text carries colours. The caller decides; nothing here looks at the terminal.
public enum TextStyle: Hashable, Sendable, CaseIterable {
  /// Characters only: for files, pipes and `NO_COLOR`.
  case plain

  /// With ANSI escape sequences; pictures use 24-bit colours.
  case ansi

  /// `text` as it is printed with an emphasis in this style.
  package func applying(_ emphasis: Emphasis, to text: String) -> String {
    guard self == .ansi, let code = emphasis.code, !text.isEmpty else { return text }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }
}

/// What a piece of text means to its reader; a style turns it into a colour.
package enum Emphasis: Hashable, Sendable {
  case none, strong, secondary, better, worse, caution

  /// The parameters of the escape sequence "select graphic rendition" (ECMA-48, section 8.3.117),
  /// from the 16 colours that follow the terminal's own theme.
  fileprivate var code: String? {
    switch self {
    case .none: nil
    case .strong: "1"
    case .secondary: "2"
    case .better: "32"
    case .worse: "31"
    case .caution: "33"
    }
  }
}
