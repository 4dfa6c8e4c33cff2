internal import Autodiff
public import Configurations

/// The loss of adversarial training as the tutorials have it, α · clean + (1 − α) · adversarial, both
/// means over the batch (Goodfellow, Shlens & Szegedy 2015, section 6).
///
/// With the same labels for both, an attack that begins at the images themselves shares its first
/// pass with the clean half.
public struct Mixed: Objective {
  public static let name = "mixed"
  public static let summary = "clean and adversarial loss, mixed by the ratio"

  /// The share of the adversarial loss, 1 − α, in 0…1.
  public var adversarialRatio: Double

  public init(adversarialRatio: Double) {
    self.adversarialRatio = adversarialRatio
  }

  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    adversarialRatio = try object.number("ratio", in: 0...1) ?? 0
  }

  public var configuration: [String: JSONValue] { ["ratio": .number(adversarialRatio)] }
  public var isAdversarial: Bool { adversarialRatio > 0 }

  public mutating func setRatio(_ ratio: Double) -> Bool {
    adversarialRatio = ratio
    return true
  }

  public func loss(_ problem: TrainingProblem) -> TrainingLoss {
    var terms: [TrainingLoss.Term] = []
    if adversarialRatio < 1 {
      terms.append(
        .init(problem.crossEntropy(problem.logits(of: problem.images)), 1 - adversarialRatio))
    }
    if adversarialRatio > 0 {
      terms.append(
        .init(
          problem.crossEntropy(problem.logits(of: problem.adversarialExamples())),
          adversarialRatio))
    }
    return TrainingLoss(terms)
  }
}
