internal import Autodiff
public import Configurations

/// The fast gradient sign method (Goodfellow, Shlens & Szegedy 2015, section 4): one step of ε along
/// the sign of the loss's gradient, `clip(x + ε · sign(∂ℓ/∂x))`; in L2 along the gradient. Targeted,
/// it descends towards the wanted class instead (Kurakin et al. 2017, section 2.3).
public struct FGSM: Attack {
  public static let name = "fgsm"
  public static let summary = "one step of ε along the sign of the gradient"
  public static let kind = AttackKind.singleStep

  public init() {}
  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {}

  public var configuration: [String: JSONValue] { [:] }
  public var steps: Int { 1 }

  public func start(_ problem: AttackProblem) -> AttackState {
    AttackState(images: problem.origin)
  }

  public func step(_ state: AttackState, _ problem: AttackProblem) -> AttackState {
    let allowed = problem.allowed
    let direction = allowed.steepest(problem.gradient(at: state.images))
    return AttackState(images: allowed.projecting(state.images + allowed.epsilon * direction))
  }
}
