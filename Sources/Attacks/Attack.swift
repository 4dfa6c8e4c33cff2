public import Autodiff
public import Configurations

/// A way to look for adversarial examples: a start and a step, as expressions.
///
/// The state has one row an example, and what happens in a row depends on that row alone. To add an
/// attack, write one file and one line in ``AttackCatalog``.
public protocol Attack: Sendable {
  /// The name on the command line and in reports.
  static var name: String { get }
  /// One line for the help.
  static var summary: String { get }
  static var kind: AttackKind { get }
  /// Towards how many of the most probable wrong classes it is led, one after the other, unless
  /// the user says otherwise; 0 leads away from the true class.
  static var defaultTargets: Int { get }

  /// Reads the attack's own keys.
  init(_ object: inout ConfigurationObject) throws(ConfigurationError)

  /// The keys that `init` reads, with their values.
  var configuration: [String: JSONValue] { get }

  /// How often the step is taken.
  var steps: Int { get }

  /// Whose gradients it follows.
  var losses: [AttackLoss] { get }

  /// The state before the first step.
  func start(_ problem: AttackProblem) -> AttackState

  /// The state after one more step.
  func step(_ state: AttackState, _ problem: AttackProblem) -> AttackState

  /// The numbers that a step reads besides the state, as ``AttackProblem/scalars``.
  ///
  /// - Parameter step: counted from 0. Their number is the same for every step.
  func scalars(step: Int) -> [Float]
}

/// What an attack uses of the model, and how often.
public enum AttackKind: Hashable, Sendable {
  /// One gradient: alone it is no evidence of robustness.
  case singleStep
  /// Many gradients.
  case iterative
  /// Outputs alone.
  case blackBox
}

/// What an attack keeps of every example.
public struct AttackState {
  /// `[N, H, W, C]`
  public var images: Expression
  /// Further values, each `[N, …]`.
  public var memory: [Expression]
  /// 1 where the images are known to be adversarial, `[N]`; nil when the step did not look at them.
  public var isFooled: Expression?

  public init(images: Expression, memory: [Expression] = [], isFooled: Expression? = nil) {
    self.images = images
    self.memory = memory
    self.isFooled = isFooled
  }
}

extension Attack {
  public static var defaultTargets: Int { 0 }
  public var losses: [AttackLoss] { [.crossEntropy] }
  public func scalars(step: Int) -> [Float] { [] }

  /// The images after all steps, `[N, H, W, C]`, in one expression.
  public func examples(_ problem: AttackProblem) -> Expression {
    var state = start(problem)
    for index in 0..<steps {
      state = step(state, problem.unrolled(step: index, scalars: scalars(step: index)))
    }
    return state.images
  }
}
