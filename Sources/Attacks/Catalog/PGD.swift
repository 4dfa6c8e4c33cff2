internal import Autodiff
public import Configurations

/// Projected gradient descent (Madry et al. 2018, section 2.1): steps of one size along the steepest
/// direction, each brought back into the ball, from a random place in it.
public struct PGD: Attack {
  public static let name = "pgd"
  public static let summary = "many small steps, each brought back into the ball"
  public static let kind = AttackKind.iterative

  public let steps: Int
  public let startsAtRandom: Bool
  private let stepSize: StepSize

  /// By default 20 steps, together 2.5 times as long as ε (Madry et al. 2018, section 5).
  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    steps = try object.integer("steps", in: 1...1_000_000) ?? 20
    startsAtRandom = try object.boolean("randomStart") ?? true
    stepSize = try StepSize(&object, relative: 2.5 / Double(steps))
  }

  public var configuration: [String: JSONValue] {
    stepSize.configuration.merging([
      "steps": .integer(steps), "randomStart": .boolean(startsAtRandom),
    ]) { $1 }
  }

  public func start(_ problem: AttackProblem) -> AttackState {
    AttackState(images: startsAtRandom ? problem.randomStart() : problem.origin)
  }

  public func step(_ state: AttackState, _ problem: AttackProblem) -> AttackState {
    let allowed = problem.allowed
    let direction = allowed.steepest(problem.gradient(at: state.images))
    return AttackState(
      images: allowed.projecting(state.images + stepSize.length(allowed) * direction))
  }
}
