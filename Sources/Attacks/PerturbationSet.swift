public import Autodiff

/// The images that a threat model allows around given ones, as expressions.
public struct PerturbationSet {
  public let norm: Norm
  /// `[N, H, W, C]` in 0…1.
  public let images: Expression
  /// ε, float32: a scalar, or `[N, 1, 1, 1]` for one of each example.
  public let epsilon: Expression
  /// The least and the greatest value of each pixel: in the L2 ball, the ends of the range.
  public let lower: Expression
  public let upper: Expression

  /// - Parameters:
  ///   - images: `[N, H, W, C]` in 0…1.
  ///   - epsilon: a float32 scalar, or `[N, 1, 1, 1]`.
  public init(around images: Expression, epsilon: Expression, norm: Norm = .linf) {
    self.norm = norm
    self.images = images
    self.epsilon = epsilon
    let (zero, one) = (images.graph.fill(0), images.graph.fill(1))
    switch norm {
    case .linf:
      // A sum is off by at most half a unit in the last place, and the factor moves it inwards by
      // one to two: no bound is further than ε away, and the images themselves are always inside.
      lower = Expression.minimum(
        Expression.maximum((images - epsilon) * (1 + Float.ulpOfOne), zero), images)
      upper = Expression.maximum(
        Expression.minimum((images + epsilon) * (1 - Float.ulpOfOne), one), images)
    case .l2:
      (lower, upper) = (zero, one)
    }
  }

  /// The same set with bounds that were computed before.
  package init(_ set: PerturbationSet, lower: Expression, upper: Expression) {
    norm = set.norm
    images = set.images
    epsilon = set.epsilon
    self.lower = lower
    self.upper = upper
  }

  /// The change of length 1 in the norm along which a function with this gradient grows fastest; no
  /// change where the gradient is zero.
  public func steepest(_ gradient: Expression) -> Expression {
    switch norm {
    case .linf: gradient.sign()
    case .l2: Self.normalized(gradient)
    }
  }

  /// The gradient divided by its mean absolute value (L1 norm): what accumulates in momentum.
  public func averaged(_ gradient: Expression) -> Expression {
    let size = gradient.absolute().mean([1, 2, 3]).reshaped(to: Self.perExample)
    return Expression.select(size, gradient / size, gradient)
  }

  /// The nearest allowed images.
  public func projecting(_ candidates: Expression) -> Expression {
    switch norm {
    case .linf:
      return candidates.clamped(lower, upper)
    case .l2:
      let change = candidates - images
      let length = (change * change).sum([1, 2, 3]).squareRoot().reshaped(to: Self.perExample)
      // Where nothing changed, the quotient must still be a number.
      let divisor = Expression.maximum(length, images.graph.fill(.leastNormalMagnitude))
      let factor = Expression.minimum(innerRadius / divisor, images.graph.fill(1))
      return (images + change * factor).clamped(lower, upper)
    }
  }

  /// Images at random in the ball: uniform in L∞; in L2 at a uniform distance in a direction that is
  /// nearly uniform (each pixel the sum of four uniform numbers).
  ///
  /// - Parameters:
  ///   - random: gives `[N] + shape` uniform numbers in 0…1 for a purpose.
  public func random(_ random: (_ purpose: String, _ shape: [Int]) -> Expression) -> Expression {
    projecting(spread(radius: epsilon, random))
  }

  /// The same in a ball of any radius, float32 as ε, and without the way back into the range.
  package func spread(
    radius: Expression, _ random: (_ purpose: String, _ shape: [Int]) -> Expression
  ) -> Expression {
    let shape = images.shape.dimensions.dropFirst().map(\.multiple)
    switch norm {
    case .linf:
      return images + radius * (2 * random("start", shape) - 1)
    case .l2:
      let sum = (0..<4).map { random("start.\($0)", shape) }.reduce(images.graph.fill(-2), +)
      return images + radius * random("start.distance", [1, 1, 1]) * Self.normalized(sum)
    }
  }

  static let perExample: Shape = [.batch, 1, 1, 1]

  /// `[N, H, W, C]` with the Euclidean length 1 an example, or 0.
  private static func normalized(_ values: Expression) -> Expression {
    // By the largest first: squares of small gradients would vanish.
    let largest = values.absolute().max([1, 2, 3]).reshaped(to: perExample)
    let scaled = Expression.select(largest, values / largest, values)
    let length = (scaled * scaled).sum([1, 2, 3]).squareRoot().reshaped(to: perExample)
    return Expression.select(length, scaled / length, scaled)
  }

  /// A radius so much smaller than ε that no rounding, of a length or of a pixel, leaves the ball.
  private var innerRadius: Expression {
    let size = images.shape.dimensions.dropFirst().reduce(1) { $0 * $1.multiple }
    let rounding = Float(Double(size).squareRoot()) * 0x1p-24
    return Expression.maximum(epsilon * (1 - 0x1p-15) - rounding, images.graph.fill(0))
  }
}
