public import Autodiff

/// What an attack is given: the images that it may make, and the model to be fooled.
public struct AttackProblem {
  public let allowed: PerturbationSet
  /// The true classes, `[N]`, int32.
  public let labels: Expression
  /// The wanted classes, `[N]`, int32; nil leads away from the true ones.
  public let targets: Expression?
  /// Where an attack without a random start begins: the images themselves, unless said otherwise.
  public let origin: Expression
  /// What ``Attack/scalars(step:)`` gave for this step, each a float32 scalar.
  public private(set) var scalars: [Expression]
  private let probabilities: Expression?
  private let model: (Expression) -> Expression
  private let randomness: Randomness?
  private let warmStart: (images: Expression, isGiven: Expression)?
  private var stepName = ""

  /// The source of an attack's random numbers.
  public struct Randomness {
    public let key: Expression
    public let examples: Expression

    /// - Parameters:
    ///   - key: `[2]`, int32: the words of a ``Autodiff/RandomKey``.
    ///   - examples: `[N]`, int32: the examples' identities.
    public init(key: Expression, examples: Expression) {
      self.key = key
      self.examples = examples
    }
  }

  /// - Parameters:
  ///   - probabilities: `[N, classes]`: what the cross-entropy leads away from in place of the true
  ///     classes, which other losses keep to. Constant to differentiation.
  ///   - origin: allowed images to begin with instead of the images themselves.
  ///   - warmStart: images to begin with, brought into the ball, where the flag `[N]` is not 0,
  ///     in place of a random start.
  ///   - logits: the logits `[N, classes]` of images.
  public init(
    _ allowed: PerturbationSet, labels: Expression, targets: Expression? = nil,
    probabilities: Expression? = nil, origin: Expression? = nil, randomness: Randomness? = nil,
    warmStart: (images: Expression, isGiven: Expression)? = nil, scalars: [Expression] = [],
    logits: @escaping (Expression) -> Expression
  ) {
    self.allowed = allowed
    self.labels = labels
    self.targets = targets
    self.probabilities = probabilities?.stopGradient()
    self.origin = origin ?? allowed.images
    self.randomness = randomness
    self.warmStart = warmStart
    self.scalars = scalars
    model = logits
  }

  /// The logits `[N, classes]` of images.
  public func logits(of images: Expression) -> Expression {
    model(images)
  }

  /// A loss of images, one number an example: what the attack increases.
  public func loss(_ loss: AttackLoss = .crossEntropy, of images: Expression) -> Expression {
    loss(logits(of: images), labels: labels, targets: targets, probabilities: probabilities)
  }

  /// The gradient of a loss with respect to the images.
  ///
  /// It carries no weight of a training loss, so training shares its pass.
  public func gradient(
    of loss: AttackLoss = .crossEntropy, at images: Expression
  ) -> Expression {
    self.loss(loss, of: images).gradient(withRespectTo: images)
  }

  /// 1 where the model does not see the true class, `[N]`.
  public func isMisclassified(_ images: Expression) -> Expression {
    1 - logits(of: images).argmax().isEqual(to: labels)
  }

  /// Uniform numbers in `0 ..< 1`, `[N] + shape`: a function of the seed, the attack, the restart,
  /// the step and the example.
  ///
  /// - Parameter purpose: names this draw, so that two of them differ.
  public func random(_ purpose: String, shape: [Int]) -> Expression {
    guard let randomness else {
      preconditionFailure("AttackProblem: this attack needs random numbers")
    }
    return allowed.images.graph.randomUniform(
      stepName + purpose, key: randomness.key, examples: randomness.examples, shape: shape)
  }

  /// Images at random in the ball, or those that the problem says to begin with.
  public func randomStart() -> Expression {
    let start = allowed.random { random($0, shape: $1) }
    guard let warmStart else { return start }
    return .select(
      warmStart.isGiven.reshaped(to: PerturbationSet.perExample),
      allowed.projecting(warmStart.images), start)
  }

  /// The problem for one step of many in the same graph.
  func unrolled(step: Int, scalars: [Float]) -> AttackProblem {
    var problem = self
    problem.stepName = "step \(step): "
    problem.scalars = scalars.map { allowed.images.graph.fill($0) }
    return problem
  }
}
