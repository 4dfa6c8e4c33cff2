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
    // A sum is off by at most half a unit in the last place, and the factor moves it inwards by one
    // to two: no bound is further than ε away, and the images themselves are always inside.
    lower = Expression.minimum(
      Expression.maximum((images - epsilon) * (1 + Float.ulpOfOne), images.graph.fill(0)), images)
    upper = Expression.maximum(
      Expression.minimum((images + epsilon) * (1 - Float.ulpOfOne), images.graph.fill(1)), images)
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
