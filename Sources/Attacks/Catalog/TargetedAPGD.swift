public import Configurations

/// Auto-PGD on the difference of logits ratio towards the nine most probable wrong classes, one
/// after the other (Croce & Hein 2020, section 4.2).
public struct TargetedAPGD: Attack {
  public static let name = "apgd-t"
  public static let summary = "auto-pgd on the ratio of logits towards 9 classes in turn"
  public static let kind = AttackKind.iterative
  public static let defaultTargets = 9

  private let iteration: AdaptiveIteration

  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    iteration = try AdaptiveIteration(&object, loss: .logitRatio)
  }

  public var configuration: [String: JSONValue] { iteration.configuration }
  public var steps: Int { iteration.steps }
  public var losses: [AttackLoss] { [.logitRatio] }
  public func scalars(step: Int) -> [Float] { iteration.scalars(step: step) }

  public func start(_ problem: AttackProblem) -> AttackState { iteration.start(problem) }

  public func step(_ state: AttackState, _ problem: AttackProblem) -> AttackState {
    iteration.step(state, problem)
  }
}
