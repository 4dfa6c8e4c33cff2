/// How a window moves over images `[N, H, W, C]`: the sizes of a convolution or a pooling.
public struct WindowGeometry: Sendable, Hashable {
  /// The number of images, N.
  public var images: Int
  public var height: Int
  public var width: Int
  public var channels: Int
  public var windowHeight: Int
  public var windowWidth: Int
  public var strideY: Int
  public var strideX: Int
  public var paddingTop: Int
  public var paddingLeft: Int
  public var paddingBottom: Int
  public var paddingRight: Int

  public init(
    images: Int, height: Int, width: Int, channels: Int, windowHeight: Int, windowWidth: Int,
    strideY: Int = 1, strideX: Int = 1, paddingTop: Int = 0, paddingLeft: Int = 0,
    paddingBottom: Int = 0, paddingRight: Int = 0
  ) {
    self.images = images
    self.height = height
    self.width = width
    self.channels = channels
    self.windowHeight = windowHeight
    self.windowWidth = windowWidth
    self.strideY = strideY
    self.strideX = strideX
    self.paddingTop = paddingTop
    self.paddingLeft = paddingLeft
    self.paddingBottom = paddingBottom
    self.paddingRight = paddingRight
  }

  public var isPadded: Bool {
    paddingTop != 0 || paddingLeft != 0 || paddingBottom != 0 || paddingRight != 0
  }
  /// Whether windows are 2 × 2 and lie side by side in the image.
  public var isInPairs: Bool {
    windowHeight == 2 && windowWidth == 2 && strideY == 2 && strideX == 2 && !isPadded
  }
  public var paddedHeight: Int { height + paddingTop + paddingBottom }
  public var paddedWidth: Int { width + paddingLeft + paddingRight }
  public var outputHeight: Int { (paddedHeight - windowHeight) / strideY + 1 }
  public var outputWidth: Int { (paddedWidth - windowWidth) / strideX + 1 }

  /// The elements of one image, and of one with its padding.
  public var imageLength: Int { height * width * channels }
  public var paddedImageLength: Int { paddedHeight * paddedWidth * channels }
  /// The places of the window on one image.
  public var outputPixels: Int { outputHeight * outputWidth }
  /// The elements under the window.
  public var patchLength: Int { windowHeight * windowWidth * channels }
}
