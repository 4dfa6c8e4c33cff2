extension String {
  /// The text in single quotation marks, on one line and of limited length, for error messages.
  ///
  /// Names come out of files that anyone may have made: control characters could otherwise break
  /// a line or drive the terminal.
  package var quoted: String {
    let limit = 120
    var text = "'"
    for (index, scalar) in unicodeScalars.enumerated() {
      if index == limit {
        text += "…"
        break
      }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
        text += "\\u{\(String(scalar.value, radix: 16))}"
      default:
        text.unicodeScalars.append(scalar)
      }
    }
    return text + "'"
  }
}
