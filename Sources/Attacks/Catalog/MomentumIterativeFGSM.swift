internal import Autodiff
public import Configurations

/// The momentum iterative method (Dong et al. 2018, algorithm 1): the direction is that of a running
/// sum of gradients, each divided by its mean absolute value.
public struct MomentumIterativeFGSM: Attack {
  public static let name = "mifgsm"
  public static let summary = "iterated fgsm whose direction keeps a momentum"
  public static let kind = AttackKind.iterative

  public let steps: Int
  /// What is kept of the sum from step to step, μ.
  public let decay: Double
  private let stepSize: StepSize

  /// By default 10 steps, together as long as ε, and μ = 1, as in the paper.
  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    steps = try object.integer("steps", in: 1...1_000_000) ?? 10
    decay = try object.number("decay", in: 0...1) ?? 1
    stepSize = try StepSize(&object, relative: 1 / Double(steps))
  }

  public var configuration: [String: JSONValue] {
    stepSize.configuration.merging(["steps": .integer(steps), "decay": .number(decay)]) { $1 }
  }

  public func start(_ problem: AttackProblem) -> AttackState {
    let images = problem.origin
    return AttackState(images: images, memory: [images.graph.fill(0, shape: images.shape)])
  }

  public func step(_ state: AttackState, _ problem: AttackProblem) -> AttackState {
    let allowed = problem.allowed
    let gradient = allowed.averaged(problem.gradient(at: state.images))
    let sum = Float(decay) * state.memory[0] + gradient
    let change = stepSize.length(allowed) * allowed.steepest(sum)
    return AttackState(images: allowed.projecting(state.images + change), memory: [sum])
  }
}
