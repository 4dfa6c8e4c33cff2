import KernelInterface
import Testing

extension StripTests {
  /// A convolution and a pooling of its result.
  struct Case: Sendable, CustomTestStringConvertible {
    var convolution: WindowCase
    var pooling: WindowGeometry

    init(
      _ convolution: WindowCase, window: (Int, Int), stride: (Int, Int),
      padding: (Int, Int, Int, Int) = (0, 0, 0, 0)
    ) {
      self.convolution = convolution
      let g = convolution.geometry
      pooling =
        WindowCase(
          g.images, g.outputHeight, g.outputWidth, convolution.outputChannels, window: window,
          stride: stride, padding: padding, to: 0
        ).geometry
    }

    var testDescription: String {
      "\(convolution.testDescription), pooled by \(pooling.windowHeight)×\(pooling.windowWidth)"
    }

    static let all: [Case] = [
      Case(WindowCase(1, 4, 4, 1, window: (1, 1), to: 1), window: (1, 1), stride: (1, 1)),
      Case(WindowCase(5, 28, 28, 1, window: (4, 4), to: 32), window: (2, 2), stride: (2, 2)),
      Case(
        WindowCase(3, 14, 13, 3, window: (3, 3), padding: (1, 1, 1, 1), to: 17),
        window: (3, 2), stride: (4, 1), padding: (2, 1, 0, 1)),
      Case(
        WindowCase(2, 15, 11, 2, window: (3, 4), stride: (2, 1), padding: (0, 2, 1, 3), to: 7),
        window: (2, 3), stride: (3, 2), padding: (1, 2, 1, 0)),
      Case(
        WindowCase(1, 40, 50, 1, window: (5, 5), padding: (2, 2, 2, 2), to: 40), window: (2, 2),
        stride: (2, 2)),
      Case(
        WindowCase(2, 12, 12, 16, window: (3, 3), stride: (1, 2), to: 33), window: (2, 2),
        stride: (2, 3)),
      Case(WindowCase(0, 6, 6, 2, window: (3, 3), to: 3), window: (2, 2), stride: (2, 2)),
    ]

    /// Images of one channel, some of them with taps that fall on padding or rows and columns that
    /// pooling drops.
    static let ofOneChannel: [Case] = [
      Case(WindowCase(2, 7, 5, 1, window: (2, 5), to: 3), window: (3, 1), stride: (3, 1)),
      Case(
        WindowCase(3, 11, 43, 1, window: (3, 3), padding: (1, 1, 1, 1), to: 9), window: (2, 3),
        stride: (2, 2)),
      Case(
        WindowCase(2, 9, 6, 1, window: (4, 7), stride: (2, 1), padding: (3, 6, 2, 5), to: 20),
        window: (2, 2), stride: (2, 2)),
      Case(
        WindowCase(2, 17, 12, 1, window: (2, 3), stride: (3, 1), padding: (0, 0, 1, 4), to: 5),
        window: (1, 2), stride: (2, 3)),
      Case(WindowCase(2, 20, 33, 1, window: (1, 1), to: 33), window: (2, 2), stride: (2, 2)),
      Case(
        WindowCase(1, 36, 36, 1, window: (5, 5), padding: (2, 2, 2, 2), to: 6), window: (2, 2),
        stride: (2, 2)),
      Case(WindowCase(3, 9, 15, 1, window: (3, 3), to: 17), window: (2, 2), stride: (2, 2)),
      Case(
        WindowCase(2, 10, 12, 1, window: (3, 5), stride: (2, 1), to: 16), window: (2, 2),
        stride: (2, 2)),
      Case(
        WindowCase(2, 14, 13, 1, window: (4, 4), stride: (1, 2), padding: (1, 0, 2, 1), to: 40),
        window: (2, 2), stride: (2, 2)),
      Case(WindowCase(3, 12, 29, 1, window: (5, 3), to: 1), window: (2, 2), stride: (2, 2)),
      // Of whole vectors, one or more.
      Case(
        WindowCase(2, 10, 13, 1, window: (3, 3), padding: (1, 1, 1, 1), to: 48), window: (2, 2),
        stride: (2, 2)),
      Case(WindowCase(2, 13, 12, 1, window: (5, 5), to: 16), window: (2, 2), stride: (2, 2)),
      // More pixels in a row than a number has bits.
      Case(WindowCase(1, 7, 70, 1, window: (4, 4), to: 32), window: (2, 2), stride: (2, 2)),
      // More windows in a row than are looked at together, of an even and an odd width.
      Case(WindowCase(2, 9, 41, 1, window: (4, 4), to: 20), window: (2, 2), stride: (2, 2)),
      Case(WindowCase(2, 7, 45, 1, window: (3, 3), to: 33), window: (2, 2), stride: (2, 2)),
      Case(WindowCase(1, 6, 211, 1, window: (4, 4), to: 5), window: (2, 2), stride: (2, 2)),
    ]
  }
}
