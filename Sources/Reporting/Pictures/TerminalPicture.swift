/// Pictures side by side in a terminal, each under its caption.
///
/// With colours, a character shows two pixels, one above the other: the upper half block "▀" in the
/// upper pixel's colour on the lower one's. Without, a character is one pixel: a ramp from " "
/// (black) to "@" (white), and for a perturbation "#" and "+" (positive, strong and weak), "=" and
/// "-" (negative), " " (zero).
public struct TerminalPicture: Sendable {
  /// One picture and the words above it.
  public struct Panel: Hashable, Sendable {
    enum Content: Hashable, Sendable {
      case picture(Picture)
      case perturbation(PerturbationPicture)
    }

    let caption: String
    let content: Content

    public init(_ caption: String, _ picture: Picture) {
      self.caption = caption
      content = .picture(picture)
    }

    public init(_ caption: String, _ perturbation: PerturbationPicture) {
      self.caption = caption
      content = .perturbation(perturbation)
    }

    var picture: Picture {
      switch content {
      case .picture(let picture): picture
      case .perturbation(let perturbation): perturbation.picture
      }
    }
  }

  private static let spacing = 2

  private let panels: [Panel]
  private let columns: Int

  /// - Parameters:
  ///   - panels: The pictures, from left to right.
  ///   - columns: The terminal's width; panels that do not fit go below the others.
  public init(_ panels: [Panel], columns: Int = 100) {
    self.panels = panels
    self.columns = columns
  }

  /// The lines, with a line break after each.
  public func text(style: TextStyle) -> String {
    rows.map { row(of: $0, style: style) }.joined(separator: "\n")
  }

  /// The panels in rows that fit, at least one a row.
  private var rows: [[Panel]] {
    var rows: [[Panel]] = []
    var used = 0
    for panel in panels {
      let needed = Self.spacing + panel.picture.width
      if !rows.isEmpty, used + needed <= columns {
        rows[rows.count - 1].append(panel)
        used += needed
      } else {
        rows.append([panel])
        used = panel.picture.width
      }
    }
    return rows
  }

  private func row(of panels: [Panel], style: TextStyle) -> String {
    let captions = panels.map { $0.caption.printable.wrapped(to: $0.picture.width) }
    let captionHeight = captions.map(\.count).max() ?? 0
    let blocks = zip(panels, captions).map { panel, caption in
      // Captions end on one line, just above the pictures.
      Array(repeating: "", count: captionHeight - caption.count) + caption
        + lines(of: panel, style: style)
    }
    let height = blocks.map(\.count).max() ?? 0
    return (0..<height).map { index in
      var line = ""
      for (column, (panel, block)) in zip(panels, blocks).enumerated() {
        let isText = index < captionHeight || index >= block.count
        let content = index < block.count ? block[index] : ""
        line += column == 0 ? "" : String(repeating: " ", count: Self.spacing)
        line += content
        let filled = isText ? content.displayWidth : panel.picture.width
        line += String(repeating: " ", count: max(0, panel.picture.width - filled))
      }
      return line.trimmedEnd + "\n"
    }.joined()
  }

  private func lines(of panel: Panel, style: TextStyle) -> [String] {
    switch (style, panel.content) {
    case (.ansi, _): panel.picture.halfBlockLines
    case (.plain, .picture(let picture)): picture.rampLines
    case (.plain, .perturbation(let perturbation)): perturbation.signLines
    }
  }
}

extension String {
  fileprivate var trimmedEnd: String {
    String(self[..<(lastIndex { $0 != " " }.map { index(after: $0) } ?? startIndex)])
  }
}
