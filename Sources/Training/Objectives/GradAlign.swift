internal import Autodiff
public import Configurations

/// GradAlign (Andriushchenko & Flammarion 2020, section 5): the mixed loss, plus λ times
/// 1 − cos(∇ℓ(x), ∇ℓ(x + η)), the angle between the gradients at the images and at random places
/// within ε of them. A loss that is linear around the images cannot be fitted to one step of an
/// attack alone (catastrophic overfitting).
///
/// As in the authors' code the gradient at the images is a constant, which they found to make no
/// difference; ``differentiatesBoth`` is the equation as it stands, at a higher price.
public struct GradAlign: Objective {
  public static let name = "grad-align"
  public static let summary = "mixed, with gradients that point the same way all over the ball"

  /// The loss that the angle is added to.
  public private(set) var mixed: Mixed
  /// The weight of the angle, λ.
  public let lambda: Double
  /// Whether the gradient at the images is differentiated too.
  public let differentiatesBoth: Bool

  /// By default the adversarial loss alone and λ = 0.2, the authors' for
  /// CIFAR-10 at ε = 8/255.
  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    mixed = Mixed(adversarialRatio: try object.number("ratio", in: 0...1) ?? 1)
    lambda = try object.number("lambda", in: 0...1000) ?? 0.2
    differentiatesBoth = try object.boolean("differentiatesBoth") ?? false
  }

  public var configuration: [String: JSONValue] {
    mixed.configuration.merging([
      "lambda": .number(lambda), "differentiatesBoth": .boolean(differentiatesBoth),
    ]) { $1 }
  }

  public mutating func setRatio(_ ratio: Double) -> Bool { mixed.setRatio(ratio) }

  public func loss(_ problem: TrainingProblem) -> TrainingLoss {
    func gradient(at images: Expression) -> Expression {
      problem.crossEntropy(problem.logits(of: images)).gradient(withRespectTo: images)
    }
    let first = gradient(at: problem.images)
    let angle = Self.misalignment(
      differentiatesBoth ? first : first.stopGradient(), gradient(at: problem.neighbours()))
    return TrainingLoss(mixed.loss(problem).terms + [.init(angle, lambda)])
  }

  /// 1 − cos of two gradients `[N, H, W, C]`, `[N]`; 0 where one of them vanishes.
  static func misalignment(_ first: Expression, _ second: Expression) -> Expression {
    let (first, second) = (Direction(first), Direction(second))
    let cosine =
      (first.values * second.values).sum([1, 2, 3]) / (first.length * second.length)
    return .select(first.exists * second.exists, 1 - cosine, first.length.graph.fill(0))
  }

  /// A gradient by a multiple of its own whose square neither vanishes nor overflows: a multiple that
  /// is a constant, which the cosine does not see. What is not there has the length 1, so that
  /// nothing divides by 0, here or in a derivative.
  private struct Direction {
    let values: Expression
    /// `[N]`
    let length: Expression
    /// 1 where the gradient is large enough to have a direction, `[N]`.
    let exists: Expression

    /// Below it the cosine's own derivative would leave the range of float32.
    private static let smallest: Float = 0x1p-60

    init(_ gradient: Expression) {
      let graph = gradient.graph
      let largest = gradient.absolute().max([1, 2, 3]).stopGradient()
      exists = largest.isGreater(than: graph.fill(Self.smallest))
      let one = graph.fill(1, shape: [.batch])
      values = gradient / Expression.select(exists, largest, one).reshaped(to: [.batch, 1, 1, 1])
      length = Expression.select(exists, (values * values).sum([1, 2, 3]), one).squareRoot()
    }
  }
}
