internal import Autodiff
public import Configurations

/// FGSM from a random place in the ball (Wong, Rice & Kolter 2020, algorithm 3): a step of 1.25 ε by
/// default, brought back into the ball.
public struct RandomStartFGSM: Attack {
  public static let name = "rs-fgsm"
  public static let summary = "fgsm from a random start, one step of 1.25 ε"
  public static let kind = AttackKind.singleStep

  /// The step in units of ε.
  public let relativeStep: Double

  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    relativeStep = try object.number("relativeStep", in: 0...10) ?? 1.25
  }

  public var configuration: [String: JSONValue] { ["relativeStep": .number(relativeStep)] }
  public var steps: Int { 1 }

  public func start(_ problem: AttackProblem) -> AttackState {
    AttackState(images: problem.randomStart())
  }

  public func step(_ state: AttackState, _ problem: AttackProblem) -> AttackState {
    let allowed = problem.allowed
    let change =
      Float(relativeStep) * allowed.epsilon * allowed.steepest(problem.gradient(at: state.images))
    return AttackState(images: allowed.projecting(state.images + change))
  }
}
