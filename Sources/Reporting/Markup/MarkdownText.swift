/// Text inside GitHub flavoured Markdown, which GitLab reads alike.
enum MarkdownText {
  private static let special = Set<Character>("\\`*_{}[]<>|&~$")

  /// The text on one line, with everything escaped that could be read as Markdown or HTML.
  static func escaped(_ text: String) -> String {
    text.printable.reduce(into: "") { result, character in
      if special.contains(character) { result += "\\" }
      result.append(character)
    }
  }

  /// The text as code. Where it holds what a code span, or a cell around one, would stumble over,
  /// HTML's element stands in its place.
  static func code(_ text: String) -> String {
    let text = text.printable
    let isPlain =
      !text.isEmpty && !text.contains { "`|\\".contains($0) } && text.first != " "
      && text.last != " "
    return isPlain ? "`\(text)`" : "<code>\(escaped(text))</code>"
  }

  /// A table with its head; every cell is Markdown already.
  ///
  /// - Parameter figures: Whether columns after the first hold figures and stand at the right.
  static func table(_ head: [String], _ rows: [[String]], figures: Bool) -> String {
    let rule = head.indices.map { $0 > 0 && figures ? "---:" : "---" }
    return ([head, rule] + rows).map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
  }
}
