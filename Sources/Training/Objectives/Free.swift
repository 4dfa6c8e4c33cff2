internal import Attacks
internal import Autodiff
public import Configurations

/// Adversarial training for free (Shafahi et al. 2019, algorithm 1): every batch is taken several
/// times, and each time one pass gives the gradient of the parameters and that of the images, along
/// which the perturbation moves by ε for the next time.
///
/// The perturbation stays in its place of the batch, also when the next batch comes.
public struct Free: Objective {
  public static let name = "free"
  public static let summary = "every batch several times, its perturbation kept and moved on"

  /// How many times in a row a batch is taken, m.
  public let replays: Int

  /// By default m = 8 (section 4).
  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    replays = try object.integer("replays", in: 1...100) ?? 8
  }

  public var configuration: [String: JSONValue] { ["replays": .integer(replays)] }

  public func check(_ adversary: Adversary, place: String) throws(ConfigurationError) {
    guard adversary.plan.attack is FGSM, adversary.plan.targets == 0 else {
      throw .invalid(place: place, "free moves its own perturbation; leave out attack")
    }
    guard adversary.labels == .true else {
      throw .invalid(
        place: place, "free has one gradient for images and parameters; leave out labels")
    }
  }

  public func loss(_ problem: TrainingProblem) -> TrainingLoss {
    let allowed = problem.allowed
    let perturbation = problem.kept("perturbation", shape: problem.images.shape)
    let images = allowed.projecting(problem.images + perturbation).stopGradient()
    let losses = problem.crossEntropy(problem.logits(of: images))
    let change = allowed.epsilon * allowed.steepest(losses.gradient(withRespectTo: images))
    let moved = (perturbation + change).clamped(-allowed.epsilon, allowed.epsilon)
    return TrainingLoss([.init(losses, 1)], kept: [(input: perturbation, value: moved)])
  }
}
