extension String {
  /// The text with every line that is longer than `width` broken at spaces, and every line that
  /// is not empty indented. A word longer than `width` stays whole.
  func wrapped(to width: Int, indent: Int = 0) -> String {
    let margin = String(repeating: " ", count: indent)
    return split(separator: "\n", omittingEmptySubsequences: false)
      .flatMap { $0.broken(to: width - indent) }
      .map { $0.isEmpty ? "" : margin + $0 }
      .joined(separator: "\n")
  }
}

extension Substring {
  fileprivate func broken(to width: Int) -> [Substring] {
    var lines: [Substring] = []
    var rest = self
    while rest.count > width {
      let fitting = rest.prefix(width)
      guard let space = fitting.lastIndex(of: " ") ?? rest.firstIndex(of: " ") else { break }
      lines.append(rest[..<space])
      rest = rest[rest.index(after: space)...]
    }
    return lines + [rest]
  }
}
