public import KernelInterface

/// The partition of pooled images into strips of whole windows, which are made one after another in
/// a thread's scratch memory: so images that only a pooling reads, or only an unpooling writes,
/// never leave the first-level cache.
public struct PlaneStrips: Sendable {
  /// The most floats of a row of windows. A strip has at most this and `wanted` together, and with
  /// what aligns it that fits into a thread's scratch memory.
  private static let limit = 8192
  /// What a strip takes if a row of windows leaves it the choice.
  private static let wanted = 4096

  let pooling: WindowGeometry
  let windowRowsPerStrip: Int

  /// - Parameter pooling: nil comes out where a row of windows overlaps the next one or is too long.
  public init?(pooling: WindowGeometry) {
    let rowLength = pooling.width * pooling.channels
    let windowLength = max(pooling.strideY, 1) * rowLength
    // The rows behind the last windows belong to the last strip.
    let rest =
      pooling.height - ((pooling.outputHeight - 1) * pooling.strideY - pooling.paddingTop)
    guard pooling.strideY >= pooling.windowHeight, pooling.channels <= 512,
      max(windowLength, rest * rowLength) <= Self.limit
    else { return nil }
    self.pooling = pooling
    windowRowsPerStrip = max(
      1, min(Self.wanted / max(1, windowLength), pooling.outputHeight))
  }

  var count: Int {
    (pooling.outputHeight + windowRowsPerStrip - 1) / windowRowsPerStrip
  }

  /// The most rows of the image that a strip has.
  var rowLimit: Int { (0..<count).map { rows($0).count }.max() ?? 0 }

  func windowRows(_ strip: Int) -> Range<Int> {
    strip * windowRowsPerStrip..<min(pooling.outputHeight, (strip + 1) * windowRowsPerStrip)
  }

  /// The rows of the image that belong to a strip, whether windows cover them or not.
  func rows(_ strip: Int) -> Range<Int> {
    let windows = windowRows(strip)
    let first = windows.lowerBound * pooling.strideY - pooling.paddingTop
    let end = windows.upperBound * pooling.strideY - pooling.paddingTop
    return max(0, first)..<(strip == count - 1 ? pooling.height : min(pooling.height, end))
  }
}
