public import Autodiff

/// The fast gradient sign method (Goodfellow, Shlens & Szegedy 2015, section 4): one step of ε along
/// the sign of the loss's gradient, `clip(x + ε · sign(∂ℓ/∂x))`. Targeted, it descends towards the
/// wanted class instead (Kurakin et al. 2017, section 2.3).
public struct FGSM: Attack {
  public static let name = "fgsm"
  public static let summary = "one step of ε along the sign of the gradient"
  public static let isSingleStep = true

  public init() {}

  public var steps: Int { 1 }

  public func start(_ problem: AttackProblem) -> [Expression] {
    [problem.allowed.images]
  }

  public func step(_ state: [Expression], _ problem: AttackProblem) -> [Expression] {
    let direction = problem.allowed.steepest(problem.gradient(at: state[0]))
    return [problem.allowed.projecting(state[0] + problem.allowed.epsilon * direction)]
  }
}
