import KernelInterface
import Testing

/// Geometries with everything that goes wrong: strides, padding on any side, odd channel counts.
struct WindowCase: Sendable, CustomTestStringConvertible {
  var geometry: WindowGeometry
  var outputChannels: Int

  var testDescription: String {
    let g = geometry
    return "\(g.images)×\(g.height)×\(g.width)×\(g.channels) window \(g.windowHeight)×"
      + "\(g.windowWidth) stride \(g.strideY),\(g.strideX) padding \(g.paddingTop),"
      + "\(g.paddingLeft),\(g.paddingBottom),\(g.paddingRight) to \(outputChannels)"
  }

  init(
    _ images: Int, _ height: Int, _ width: Int, _ channels: Int, window: (Int, Int),
    stride: (Int, Int) = (1, 1), padding: (Int, Int, Int, Int) = (0, 0, 0, 0), to outputs: Int
  ) {
    geometry = WindowGeometry(
      images: images, height: height, width: width, channels: channels, windowHeight: window.0,
      windowWidth: window.1, strideY: stride.0, strideX: stride.1, paddingTop: padding.0,
      paddingLeft: padding.1, paddingBottom: padding.2, paddingRight: padding.3)
    outputChannels = outputs
  }

  static let all: [WindowCase] = [
    WindowCase(1, 1, 1, 1, window: (1, 1), to: 1),
    WindowCase(2, 5, 7, 3, window: (1, 1), to: 5),
    WindowCase(3, 9, 8, 1, window: (4, 4), to: 32),
    WindowCase(2, 7, 6, 5, window: (3, 2), stride: (2, 3), to: 17),
    WindowCase(2, 6, 5, 4, window: (3, 3), padding: (1, 1, 1, 1), to: 16),
    WindowCase(1, 8, 9, 2, window: (3, 4), stride: (2, 2), padding: (0, 2, 1, 3), to: 7),
    WindowCase(7, 3, 3, 11, window: (3, 3), to: 10),
    WindowCase(1, 14, 14, 17, window: (3, 3), padding: (1, 1, 1, 1), to: 35),
    WindowCase(5, 10, 10, 16, window: (2, 2), stride: (2, 2), to: 33),
    WindowCase(40, 12, 12, 3, window: (5, 5), stride: (2, 1), padding: (2, 2, 2, 2), to: 24),
    WindowCase(0, 4, 4, 2, window: (2, 2), to: 3),
  ]

  /// Calls `body` with the offset of every image element under every window, window after window
  /// and (ky, kx, c) ascending; `nil` stands for padding.
  func forEachElement(_ body: (_ place: Int, _ element: Int, _ offset: Int?) -> Void) {
    let g = geometry
    for n in 0..<g.images {
      for oy in 0..<g.outputHeight {
        for ox in 0..<g.outputWidth {
          for element in 0..<g.patchLength {
            let c = element % g.channels
            let kx = element / g.channels % g.windowWidth
            let ky = element / g.channels / g.windowWidth
            let y = oy * g.strideY + ky - g.paddingTop
            let x = ox * g.strideX + kx - g.paddingLeft
            let inside = (0..<g.height).contains(y) && (0..<g.width).contains(x)
            body(
              (n * g.outputHeight + oy) * g.outputWidth + ox, element,
              inside ? ((n * g.height + y) * g.width + x) * g.channels + c : nil)
          }
        }
      }
    }
  }
}
