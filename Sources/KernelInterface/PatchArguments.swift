/// The arguments of the kernel that adds patches into an image: `image[y, x, c] += p[…]` wherever a
/// window covers it, in ascending order of the windows.
public struct PatchArguments {
  public var geometry: WindowGeometry
  /// `[pixels.count, KH·KW·C]`: one patch for each place of the window.
  public var patches: UnsafePointer<Float>
  /// The places of the window, counted in row-major order.
  public var pixels: Range<Int>
  /// `[H, W, C]`, without padding: what falls on padding is dropped.
  public var image: UnsafeMutablePointer<Float>
  /// Whether to start from zeros.
  public var clears: Bool

  public init(
    geometry: WindowGeometry, patches: UnsafePointer<Float>, pixels: Range<Int>,
    image: UnsafeMutablePointer<Float>, clears: Bool
  ) {
    self.geometry = geometry
    self.patches = patches
    self.pixels = pixels
    self.image = image
    self.clears = clears
  }
}
