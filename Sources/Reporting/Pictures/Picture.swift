/// An image of bytes, `[H, W, C]` in row-major order with C = 1 (grey) or 3 (red, green, blue).
public struct Picture: Hashable, Sendable {
  public let height: Int
  public let width: Int
  public let channels: Int
  public let bytes: [UInt8]

  /// - Precondition: the size is positive, `channels` is 1 or 3, and `bytes` fill the size.
  public init(bytes: [UInt8], height: Int, width: Int, channels: Int) {
    precondition(
      height > 0 && width > 0 && (channels == 1 || channels == 3)
        && bytes.count == height * width * channels,
      "Picture: \(bytes.count) bytes do not fill [\(height), \(width), \(channels)]")
    self.height = height
    self.width = width
    self.channels = channels
    self.bytes = bytes
  }

  /// The picture from numbers in 0…1, such as an adversarial example: black is 0, white is 1, and
  /// each is rounded to the nearest of the 256 levels.
  public init(values: [Float], height: Int, width: Int, channels: Int) {
    precondition(
      values.allSatisfy { (0...1).contains($0) }, "Picture: the values must be in 0…1")
    self.init(
      bytes: values.map { UInt8(($0 * 255).rounded()) }, height: height, width: width,
      channels: channels)
  }

  /// The picture with every pixel as a square of `factor` × `factor`.
  public func enlarged(by factor: Int) -> Picture {
    precondition(factor > 0, "Picture.enlarged: the factor \(factor) is not positive")
    guard factor > 1 else { return self }
    var enlarged: [UInt8] = []
    enlarged.reserveCapacity(bytes.count * factor * factor)
    for row in 0..<height {
      let line = (0..<width * factor).flatMap { pixel(row: row, column: $0 / factor) }
      for _ in 0..<factor { enlarged += line }
    }
    return Picture(
      bytes: enlarged, height: height * factor, width: width * factor, channels: channels)
  }

  /// Pictures of one height side by side on white, as red, green and blue.
  public static func row(_ pictures: [Picture], spacing: Int) -> Picture {
    let height = pictures.first?.height ?? 0
    precondition(
      spacing >= 0 && height > 0 && pictures.allSatisfy { $0.height == height },
      "Picture.row: the heights \(pictures.map(\.height)) are not one height")
    let gap = Array(repeating: UInt8.max, count: 3 * spacing)
    let bytes = (0..<height).flatMap { row in
      pictures.map { picture in
        (0..<picture.width).flatMap { column in
          let color = picture.color(row: row, column: column)
          return [color.x, color.y, color.z]
        }
      }.joined(separator: gap)
    }
    return Picture(
      bytes: bytes, height: height,
      width: pictures.reduce(spacing * (pictures.count - 1)) { $0 + $1.width }, channels: 3)
  }

  /// The bytes of one pixel.
  func pixel(row: Int, column: Int) -> ArraySlice<UInt8> {
    let start = (row * width + column) * channels
    return bytes[start..<start + channels]
  }

  /// The red, green and blue of one pixel.
  func color(row: Int, column: Int) -> SIMD3<UInt8> {
    let start = (row * width + column) * channels
    return channels == 1
      ? SIMD3(repeating: bytes[start])
      : SIMD3(bytes[start], bytes[start + 1], bytes[start + 2])
  }
}
