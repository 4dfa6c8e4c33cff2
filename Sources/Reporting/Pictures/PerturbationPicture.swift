/// A perturbation as a picture: numbers in `-magnitude ... magnitude` as colours that show the sign.
///
/// One channel: dark grey is 0, red is positive, blue is negative. Three channels: each channel
/// keeps its own colour around middle grey.
public struct PerturbationPicture: Hashable, Sendable {
  /// The numbers, `[H, W, C]` in row-major order.
  public let values: [Float]

  /// The largest absolute value, which is drawn at full strength; 0 if nothing was changed.
  public let magnitude: Float

  /// The colours, `[H, W, 3]`.
  public let picture: Picture

  /// - Precondition: `values` are finite and fill `[height, width, channels]`; `channels` is 1 or 3.
  public init(values: [Float], height: Int, width: Int, channels: Int) {
    precondition(
      height > 0 && width > 0 && (channels == 1 || channels == 3)
        && values.count == height * width * channels && values.allSatisfy(\.isFinite),
      "PerturbationPicture: \(values.count) finite numbers do not fill "
        + "[\(height), \(width), \(channels)]")
    let magnitude = values.reduce(0) { max($0, abs($1)) }
    self.values = values
    self.magnitude = magnitude
    let shares = values.map { magnitude == 0 ? 0 : $0 / magnitude }
    let bytes = channels == 1 ? shares.flatMap(Self.diverging) : shares.map(Self.level)
    picture = Picture(bytes: bytes, height: height, width: width, channels: 3)
  }

  private static let zero = SIMD3<Float>(24, 24, 24)
  private static let positive = SIMD3<Float>(255, 84, 64)
  private static let negative = SIMD3<Float>(72, 140, 255)

  /// The colour of a share of the magnitude, in -1…1.
  private static func diverging(_ share: Float) -> [UInt8] {
    let end = share < 0 ? negative : positive
    let color = (zero + (end - zero) * abs(share)).rounded(.toNearestOrAwayFromZero)
    return [UInt8(color.x), UInt8(color.y), UInt8(color.z)]
  }

  /// One channel's level of a share of the magnitude.
  private static func level(_ share: Float) -> UInt8 {
    UInt8((128 + 127 * share).rounded())
  }
}
