public import Autodiff

/// A way to look for adversarial examples: a start and a step, as expressions.
///
/// The state is a list of tensors with one row an example, of which the first are the images. To
/// add an attack, write one file and one line in ``AttackCatalog``.
public protocol Attack: Sendable {
  /// The name on the command line and in reports.
  static var name: String { get }
  /// One line for the help.
  static var summary: String { get }
  /// Whether one gradient decides it: such an attack alone is no evidence of robustness.
  static var isSingleStep: Bool { get }

  init()

  /// How often the step is taken.
  var steps: Int { get }

  /// The state before the first step.
  func start(_ problem: AttackProblem) -> [Expression]

  /// The state after one more step.
  func step(_ state: [Expression], _ problem: AttackProblem) -> [Expression]
}

extension Attack {
  /// The images after all steps, `[N, H, W, C]`.
  public func examples(_ problem: AttackProblem) -> Expression {
    var state = start(problem)
    for _ in 0..<steps { state = step(state, problem) }
    return state[0]
  }
}

/// What an attack is given: the images that it may make, and what it is to increase.
public struct AttackProblem {
  public let allowed: PerturbationSet
  private let loss: (Expression) -> Expression

  /// - Parameters:
  ///   - loss: the cross-entropy of images with `labels`, one number an example.
  ///   - goal: whether the labels are to be left or to be reached.
  public init(
    _ allowed: PerturbationSet, goal: AttackGoal, loss: @escaping (Expression) -> Expression
  ) {
    self.allowed = allowed
    self.loss =
      switch goal {
      case .untargeted: loss
      case .targeted: { -loss($0) }
      }
  }

  /// The gradient, with respect to the images, of what the attack increases.
  ///
  /// It carries no weight of a training loss, so training shares its pass.
  public func gradient(at images: Expression) -> Expression {
    loss(images).gradient(withRespectTo: images)
  }
}

/// What the labels mean to an attack.
public enum AttackGoal: Hashable, Sendable {
  /// The labels are the true classes: away from them.
  case untargeted
  /// The labels are the wanted classes: towards them.
  case targeted
}

/// The attacks that can be named.
public enum AttackCatalog {
  public static let all: [any Attack.Type] = [
    FGSM.self
  ]

  public static var names: [String] { all.map { $0.name } }

  public static func attack(named name: String) -> (any Attack)? {
    all.first { $0.name == name }?.init()
  }
}
