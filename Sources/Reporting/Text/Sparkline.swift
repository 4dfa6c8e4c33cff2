/// A curve in a line of block characters, from "▁" at its lowest to "█" at its highest.
package struct Sparkline: Hashable, Sendable {
  package let text: String

  /// - Parameters:
  ///   - values: From left to right; a gap where one is nil or not finite.
  ///   - width: The most characters; where there are more values, each shows the mean of as many
  ///     as fall to it.
  package init(_ values: [Double?], width: Int) {
    precondition(width > 0, "Sparkline: a width of \(width)")
    let count = min(width, values.count)
    let shown = (0..<count).map { place in
      let part = values[place * values.count / count..<(place + 1) * values.count / count]
        .compactMap { $0?.isFinite == true ? $0 : nil }
      // Each divided by itself: a sum of large values might overflow.
      return part.isEmpty ? nil : part.reduce(0) { $0 + $1 / Double(part.count) }
    }
    let blocks = Array("▁▂▃▄▅▆▇█")
    let (least, most) = shown.compactMap(\.self)
      .reduce((Double.infinity, -Double.infinity)) { (min($0.0, $1), max($0.1, $1)) }
    text = String(
      shown.map { value -> Character in
        guard let value else { return " " }
        // Halves, because the whole range might overflow.
        let share = (value / 2 - least / 2) / (most / 2 - least / 2)
        // A flat curve has no lowest value.
        return share.isNaN ? blocks[3] : blocks[min(7, Int(share * 8))]
      })
  }
}
