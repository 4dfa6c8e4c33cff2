/// What an adversary may do: change an image by at most ε in a norm, within the range of pixels
/// 0…1.
///
/// The threat model and its ``PerturbationSet`` own the geometry: attacks ask for the steepest
/// direction and for the way back into the set, and what they found is checked here.
public struct ThreatModel: Hashable, Sendable {
  public let norm: Norm
  /// The size of the ball, in units of the 0…1 range of a pixel.
  public let epsilon: Double

  /// - Parameter epsilon: in 0…1 for L∞; not negative and finite for L2.
  public init(epsilon: Double, norm: Norm = .linf) {
    precondition(
      Self.allows(epsilon: epsilon, norm: norm),
      "ThreatModel: ε = \(epsilon) is outside \(norm == .linf ? "0…1" : "0…")")
    self.epsilon = epsilon
    self.norm = norm
  }

  public static func allows(epsilon: Double, norm: Norm) -> Bool {
    epsilon >= 0 && epsilon.isFinite && (norm != .linf || epsilon <= 1)
  }

  /// ε as the attacks have it, in Double.
  package var limit: Double { Double(Float(epsilon)) }

  /// Whether an image may be counted: every pixel finite and in 0…1, and the image within
  /// float32(ε) of the original, compared in Double.
  public func allows(
    _ image: UnsafeBufferPointer<Float>, for original: UnsafeBufferPointer<Float>
  ) -> Bool {
    guard norm == .linf else {
      return isInRange(image) && distance(image, original) <= limit
    }
    var excess = 0
    // Without a way out of the loop, so that it is done in vectors. Comparisons with NaN are false.
    for index in 0..<min(image.count, original.count) {
      let pixel = image[index]
      let isAllowed =
        pixel >= 0 && pixel <= 1 && abs(Double(pixel) - Double(original[index])) <= limit
      excess &+= isAllowed ? 0 : 1
    }
    return excess == 0
  }

  /// How far an image is from the original, in the norm, in Double.
  public func distance(
    _ image: UnsafeBufferPointer<Float>, _ original: UnsafeBufferPointer<Float>
  ) -> Double {
    var (largest, squares) = (0.0, 0.0)
    for index in 0..<min(image.count, original.count) {
      let change = Double(image[index]) - Double(original[index])
      largest = max(largest, abs(change))
      squares += change * change
    }
    return norm == .linf ? largest : squares.squareRoot()
  }

  private func isInRange(_ image: UnsafeBufferPointer<Float>) -> Bool {
    image.reduce(0) { $0 &+ ($1 >= 0 && $1 <= 1 ? 0 : 1) } == 0
  }
}
