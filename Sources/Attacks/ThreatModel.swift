public import Autodiff

/// What an adversary may do: change every pixel by at most ε (the L∞ ball), within the range of
/// pixels 0…1.
///
/// The threat model owns the geometry: attacks ask it for the steepest direction and for the way
/// back into the set, and what they found is checked against it.
public struct ThreatModel: Hashable, Sendable {
  /// The name of the norm in reports.
  public static let norm = "linf"

  /// The largest change of a pixel, in units of the 0…1 range.
  public let epsilon: Double

  /// - Parameter epsilon: in 0…1.
  public init(epsilon: Double) {
    precondition((0...1).contains(epsilon), "ThreatModel: ε = \(epsilon) is outside 0…1")
    self.epsilon = epsilon
  }

  /// Whether an image may be counted: every pixel finite, in 0…1, and within float32(ε) of the
  /// original, compared in Double.
  public func allows(
    _ image: UnsafeBufferPointer<Float>, for original: UnsafeBufferPointer<Float>
  ) -> Bool {
    let limit = Double(Float(epsilon))
    for (pixel, start) in zip(image, original) {
      // Comparisons with NaN are false.
      guard pixel >= 0, pixel <= 1, abs(Double(pixel) - Double(start)) <= limit else {
        return false
      }
    }
    return true
  }
}

/// The images that a threat model allows around given ones, as expressions.
public struct PerturbationSet {
  public let images: Expression
  /// ε, a float32 scalar.
  public let epsilon: Expression
  public let lower: Expression
  public let upper: Expression

  /// - Parameters:
  ///   - images: `[N, H, W, C]` in 0…1.
  ///   - epsilon: a float32 scalar.
  public init(around images: Expression, epsilon: Expression) {
    self.images = images
    self.epsilon = epsilon
    let least = images - epsilon
    let most = images + epsilon
    // The sums are rounded; where that went outwards, the bound moves inwards by a unit or two in
    // the last place, so that no clamped pixel is further than ε away.
    let zero = images.graph.fill(0)
    let lowerError = Self.roundingError(of: least, images, -epsilon)
    let upperError = Self.roundingError(of: most, images, epsilon)
    let inwards = Float.ulpOfOne
    lower = Expression.maximum(
      Expression.select(lowerError.isGreater(than: zero), least * (1 + inwards), least), zero)
    upper = Expression.minimum(
      Expression.select(zero.isGreater(than: upperError), most * (1 - inwards), most),
      images.graph.fill(1))
  }

  /// `a + b − sum`, exactly (Knuth's two-sum).
  private static func roundingError(
    of sum: Expression, _ a: Expression, _ b: Expression
  ) -> Expression {
    let partB = sum - a
    let partA = sum - partB
    return (a - partA) + (b - partB)
  }

  /// The direction in which a function with this gradient grows fastest in the norm.
  public func steepest(_ gradient: Expression) -> Expression {
    gradient.sign()
  }

  /// The nearest allowed images.
  public func projecting(_ candidates: Expression) -> Expression {
    candidates.clamped(lower, upper)
  }
}
