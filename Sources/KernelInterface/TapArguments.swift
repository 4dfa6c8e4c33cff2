/// The arguments of the kernel that adds what the taps of a window give to an image of one channel:
/// `image[y, x] += t[ky·KW + kx, oy, ox]` wherever a window covers it, in ascending order of the
/// windows, which are one column apart.
public struct TapArguments {
  public var geometry: WindowGeometry
  /// `[KH·KW, rows.count, OW]`: a plane for each tap.
  public var taps: UnsafePointer<Float>
  /// The rows of windows.
  public var rows: Range<Int>
  /// `[H, W]`, without padding: what falls on padding is dropped.
  public var image: UnsafeMutablePointer<Float>
  /// Whether to start from zeros.
  public var clears: Bool

  public init(
    geometry: WindowGeometry, taps: UnsafePointer<Float>, rows: Range<Int>,
    image: UnsafeMutablePointer<Float>, clears: Bool
  ) {
    self.geometry = geometry
    self.taps = taps
    self.rows = rows
    self.image = image
    self.clears = clears
  }
}
