extension String {
  /// The number of terminal columns the string takes: 2 for wide East Asian characters and emoji,
  /// 1 for any other character with its combining marks.
  package var displayWidth: Int {
    reduce(0) { $0 + $1.displayWidth }
  }

  /// The string with every control character replaced: a path or a name from a file must not move
  /// the cursor or change colours.
  package var printable: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map {
          [.control, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
            ? "\u{FFFD}" : $0
        }))
  }

  /// The string's end behind an ellipsis if it is wider than `width` columns. The end of a path says
  /// more than its beginning.
  package func shortened(to width: Int) -> String {
    guard displayWidth > width else { return self }
    var kept = Substring(self)
    while kept.reduce(1, { $0 + $1.displayWidth }) > width, !kept.isEmpty { kept.removeFirst() }
    return "…" + kept
  }

  /// The string's words in lines of at most `width` columns where words allow it.
  package func wrapped(to width: Int) -> [String] {
    split(separator: " ").map(String.init).reduce(into: []) { lines, word in
      if let last = lines.last, last.displayWidth + 1 + word.displayWidth <= width {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(word)
      }
    }
  }
}

extension Character {
  fileprivate var displayWidth: Int {
    guard let scalar = unicodeScalars.first else { return 0 }
    if scalar.properties.isEmojiPresentation { return 2 }
    let isWide = Self.wideRanges.contains { $0.contains(scalar.value) }
    return isWide ? 2 : 1
  }

  /// The large blocks whose East Asian width is "wide" or "fullwidth" (Unicode, UAX #11).
  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3,
    0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD,
  ]
}
