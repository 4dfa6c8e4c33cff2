public import Configurations

/// Auto-PGD on the cross-entropy (Croce & Hein 2020, algorithm 1).
public struct APGD: Attack {
  public static let name = "apgd-ce"
  public static let summary = "auto-pgd on the cross-entropy, with its own step sizes"
  public static let kind = AttackKind.iterative

  private let iteration: AdaptiveIteration

  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    iteration = try AdaptiveIteration(&object, loss: .crossEntropy)
  }

  public var configuration: [String: JSONValue] { iteration.configuration }
  public var steps: Int { iteration.steps }
  public func scalars(step: Int) -> [Float] { iteration.scalars(step: step) }

  public func start(_ problem: AttackProblem) -> AttackState { iteration.start(problem) }

  public func step(_ state: AttackState, _ problem: AttackProblem) -> AttackState {
    iteration.step(state, problem)
  }
}
