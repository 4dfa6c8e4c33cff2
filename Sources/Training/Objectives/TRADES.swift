internal import Autodiff
public import Configurations

/// TRADES (Zhang et al. 2019, algorithm 1): cross-entropy on the images, plus β times how far the
/// probabilities of adversarial examples are from those of the images, KL(p(x) ‖ p(x′)).
///
/// The attack increases that same divergence, with the images' probabilities held constant, and
/// needs no labels.
public struct TRADES: Objective {
  public static let name = "trades"
  public static let summary = "clean loss, and the divergence of adversarial probabilities"

  /// The weight of the divergence, 1/λ in the paper.
  public let beta: Double

  /// By default β = 6 (section 5).
  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    beta = try object.number("beta", in: 0...1000) ?? 6
  }

  public var configuration: [String: JSONValue] { ["beta": .number(beta)] }

  public func check(_ adversary: Adversary, place: String) throws(ConfigurationError) {
    guard adversary.labels == .true else {
      throw .invalid(
        place: place,
        "trades leads away from the clean probabilities, not from labels; leave out labels")
    }
  }

  public func loss(_ problem: TrainingProblem) -> TrainingLoss {
    let clean = problem.logits(of: problem.images)
    let adversarial = problem.logits(
      of: problem.adversarialExamples(awayFrom: clean.softmax()))
    return TrainingLoss([
      .init(
        losses(clean: clean, adversarial: adversarial, crossEntropy: problem.crossEntropy(clean)), 1
      )
    ])
  }

  /// Of logits `[N, classes]`, `[N]`: one term, so that the images' pass is differentiated once.
  ///
  /// - Parameter crossEntropy: the clean one, `[N]`.
  func losses(
    clean: Expression, adversarial: Expression, crossEntropy: Expression
  ) -> Expression {
    crossEntropy + Float(beta) * clean.klDivergence(from: adversarial)
  }
}
