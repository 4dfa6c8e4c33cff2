/// The arguments of a padding kernel: images `[N, H, W, C]` with zeros around them.
public struct PadArguments {
  public var geometry: WindowGeometry
  public var images: Range<Int>
  public var source: UnsafePointer<Float>
  public var target: UnsafeMutablePointer<Float>

  public init(
    geometry: WindowGeometry, images: Range<Int>, source: UnsafePointer<Float>,
    target: UnsafeMutablePointer<Float>
  ) {
    self.geometry = geometry
    self.images = images
    self.source = source
    self.target = target
  }
}
