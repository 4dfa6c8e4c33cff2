public import Attacks
public import Autodiff
internal import Networks

/// What an objective is given: a batch, the model as it stands, and the adversary.
public struct TrainingProblem {
  /// `[N, H, W, C]` in 0…1.
  public let images: Expression
  /// The true classes, `[N]`, int32.
  public let labels: Expression
  private let model: Model
  private let labelSmoothing: Double
  private let adversary: Adversary
  private let epsilon: Expression
  private let randomness: AttackProblem.Randomness

  /// - Parameters:
  ///   - epsilon: a scalar.
  init(
    model: Model, images: Expression, labels: Expression, labelSmoothing: Double,
    adversary: Adversary, epsilon: Expression, randomness: AttackProblem.Randomness
  ) {
    self.model = model
    self.images = images
    self.labels = labels
    self.labelSmoothing = labelSmoothing
    self.adversary = adversary
    self.epsilon = epsilon
    self.randomness = randomness
  }

  /// The logits `[N, classes]` of images.
  public func logits(of images: Expression) -> Expression {
    model.logits(of: images)
  }

  /// The cross-entropy of logits with the true classes, smoothed as the recipe says, `[N]`.
  public func crossEntropy(_ logits: Expression) -> Expression {
    logits.softmaxCrossEntropy(labels: labels, smoothing: labelSmoothing)
  }

  /// The images that the adversary may make.
  public var allowed: PerturbationSet {
    guard adversary.drawsEpsilon else {
      return PerturbationSet(around: images, epsilon: epsilon)
    }
    let share = images.graph.randomUniform(
      "radius", key: randomness.key, examples: randomness.examples, shape: [1, 1, 1])
    return PerturbationSet(around: images, epsilon: epsilon * share)
  }

  /// The adversary's examples for the model as it stands, `[N, H, W, C]`: constants to the loss.
  ///
  /// - Parameter probabilities: `[N, classes]`: what a cross-entropy leads away from in place of the
  ///   labels. At the images themselves it may have no gradient, so an attack that would begin there
  ///   begins at most ``smallStart`` away.
  public func adversarialExamples(awayFrom probabilities: Expression? = nil) -> Expression {
    let attack = adversary.plan.attack
    var (labels, targets): (Expression, Expression?) = (labels, nil)
    if adversary.labels == .predicted { labels = logits(of: images).argmax() }
    if adversary.plan.targets > 0 {
      targets = logits(of: images).mostProbableClass(besides: labels)
    }
    let problem = AttackProblem(
      allowed, labels: labels, targets: targets, probabilities: probabilities,
      origin: probabilities.map { _ in smallStarts() }, randomness: randomness
    ) { model.logits(of: $0) }
    return attack.examples(problem).stopGradient()
  }

  /// How far from the images an attack begins that has no gradient there (Zhang et al. 2019,
  /// algorithm 1, whose normal numbers have it as their standard deviation).
  static let smallStart: Float = 0.001

  private func smallStarts() -> Expression {
    let starts = allowed.spread(radius: images.graph.fill(Self.smallStart)) {
      random("small \($0)", shape: $1)
    }
    return allowed.projecting(starts)
  }

  /// Images at random within ε, uniform in each pixel, which may leave the range of pixels.
  public func neighbours() -> Expression {
    allowed.spread(radius: allowed.epsilon) { random("neighbour \($0)", shape: $1) }
  }

  /// Uniform numbers in `0 ..< 1`, `[N] + shape`: a function of the seed, the step and the example.
  private func random(_ purpose: String, shape: [Int]) -> Expression {
    images.graph.randomUniform(
      "objective: " + purpose, key: randomness.key, examples: randomness.examples, shape: shape)
  }

  /// A value that lives from one step to the next, zeros at first.
  ///
  /// - Parameter shape: with the batch as its first axis, a row for each place in the batch.
  public func kept(_ name: String, shape: Shape) -> Expression {
    images.graph.input("kept.\(name)", shape: shape)
  }
}
