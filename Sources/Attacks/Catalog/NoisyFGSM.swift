internal import Autodiff
public import Configurations

/// FGSM at noisy images (N-FGSM: de Jorge et al. 2022, algorithm 1): noise that is wider than ε, then a
/// step of ε, and no way back into the ball.
///
/// Its images lie outside of what a threat model allows, on purpose: it trains, and finds nothing.
public struct NoisyFGSM: Attack {
  public static let name = "n-fgsm"
  public static let summary = "fgsm at noisy images, for training alone"
  public static let kind = AttackKind.singleStep

  /// The largest noise, in units of ε.
  public let noise: Double
  /// The step in units of ε.
  public let relativeStep: Double

  /// By default noise of 2 ε and a step of ε (section 4).
  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    noise = try object.number("noise", in: 0...100) ?? 2
    relativeStep = try object.number("relativeStep", in: 0...100) ?? 1
  }

  public var configuration: [String: JSONValue] {
    ["noise": .number(noise), "relativeStep": .number(relativeStep)]
  }
  public var steps: Int { 1 }

  public func start(_ problem: AttackProblem) -> AttackState {
    let allowed = problem.allowed
    return AttackState(
      images: allowed.spread(radius: allowed.epsilon * Float(noise)) {
        problem.random($0, shape: $1)
      })
  }

  public func step(_ state: AttackState, _ problem: AttackProblem) -> AttackState {
    let allowed = problem.allowed
    let change =
      Float(relativeStep) * allowed.epsilon * allowed.steepest(problem.gradient(at: state.images))
    return AttackState(images: (state.images + change).clamped(0, 1))
  }
}
