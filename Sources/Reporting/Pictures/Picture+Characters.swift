extension Picture {
  /// Two rows of pixels a line, as half blocks in 24-bit colours. A colour is only named where it
  /// changes.
  var halfBlockLines: [String] {
    stride(from: 0, to: height, by: 2).map { row in
      var line = ""
      var (lastUpper, lastLower): (SIMD3<UInt8>?, SIMD3<UInt8>?) = (nil, nil)
      for column in 0..<width {
        let upper = color(row: row, column: column)
        if upper != lastUpper { line += "\u{1B}[38;2;\(upper.x);\(upper.y);\(upper.z)m" }
        lastUpper = upper
        // Below a last odd row there is nothing: the terminal's own background.
        if row + 1 < height {
          let lower = color(row: row + 1, column: column)
          if lower != lastLower { line += "\u{1B}[48;2;\(lower.x);\(lower.y);\(lower.z)m" }
          lastLower = lower
        }
        line += "▀"
      }
      return line + "\u{1B}[0m"
    }
  }

  /// A row of pixels a line, by luminance.
  var rampLines: [String] {
    let ramp = Array(" .:-=+*#%@")
    return (0..<height).map { row in
      String(
        (0..<width).map { column in
          let color = SIMD3<Int>(truncatingIfNeeded: color(row: row, column: column))
          // Rec. 601 luma in whole numbers.
          let luminance = (299 * color.x + 587 * color.y + 114 * color.z) / 1000
          return ramp[luminance * ramp.count / 256]
        })
    }
  }
}

extension PerturbationPicture {
  /// A row of pixels a line: the sign, and whether it is above half the magnitude. Of three channels
  /// the one with the largest change speaks.
  var signLines: [String] {
    let channels = values.count / (picture.height * picture.width)
    return (0..<picture.height).map { row in
      String(
        (0..<picture.width).map { column -> Character in
          let start = (row * picture.width + column) * channels
          let value = values[start..<start + channels].reduce(0) { abs($1) > abs($0) ? $1 : $0 }
          if value == 0 { return " " }
          let isStrong = 2 * abs(value) > magnitude
          return value > 0 ? (isStrong ? "#" : "+") : (isStrong ? "=" : "-")
        })
    }
  }
}
