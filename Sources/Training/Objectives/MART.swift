internal import Autodiff
public import Configurations

/// MART (Wang et al. 2020, algorithm 1): boosted cross-entropy of adversarial examples, plus λ times
/// their divergence from the images, KL(p(x) ‖ p(x′)) · (1 − p(x)[label]), which counts most where
/// the model is wrong.
public struct MART: Objective {
  public static let name = "mart"
  public static let summary = "adversarial loss with a margin; divergence where the model is wrong"

  /// The weight of the divergence, λ.
  public let lambda: Double

  /// By default λ = 5 (section 4).
  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    lambda = try object.number("lambda", in: 0...1000) ?? 5
  }

  public var configuration: [String: JSONValue] { ["lambda": .number(lambda)] }

  public func loss(_ problem: TrainingProblem) -> TrainingLoss {
    let clean = problem.logits(of: problem.images)
    let adversarial = problem.logits(of: problem.adversarialExamples())
    return TrainingLoss([
      .init(
        losses(
          clean: clean, adversarial: adversarial,
          crossEntropy: problem.crossEntropy(adversarial), labels: problem.labels), 1)
    ])
  }

  /// Of logits `[N, classes]`, `[N]`: one term, so that each pass is differentiated once.
  ///
  /// - Parameter crossEntropy: the adversarial one, −log p[label], `[N]`.
  func losses(
    clean: Expression, adversarial: Expression, crossEntropy: Expression, labels: Expression
  ) -> Expression {
    let error = 1 - (-clean.softmaxCrossEntropy(labels: labels)).exponential()
    return crossEntropy + Self.margin(adversarial, labels: labels)
      + Float(lambda) * clean.klDivergence(from: adversarial) * error
  }

  /// −log(1 − p[other]), with the most probable other class.
  ///
  /// It is the difference of the cross-entropies with and without that class, which is exact where
  /// 1 − p would be 0.
  static func margin(_ logits: Expression, labels: Expression) -> Expression {
    let isOther = logits.mostProbableClass(besides: labels).oneHot(logits.shape[1].multiple)
    let others = Expression.select(
      isOther, logits.graph.fill(-.greatestFiniteMagnitude, shape: logits.shape), logits)
    return logits.softmaxCrossEntropy(labels: labels)
      - others.softmaxCrossEntropy(labels: labels)
  }
}
