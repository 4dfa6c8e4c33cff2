internal import Attacks
internal import Autodiff

/// Steps of fixed size along the gradient's sign, projected onto the allowed set (Madry et al. 2018,
/// section 2.1) and taken from the image itself: what an iterative attack costs.
struct RepeatedStep: Attack {
  static let name = "pgd-40"
  static let summary = "40 steps of 0.01"
  static let isSingleStep = false

  var steps: Int { 40 }

  func start(_ problem: AttackProblem) -> [Expression] {
    [problem.allowed.images]
  }

  func step(_ state: [Expression], _ problem: AttackProblem) -> [Expression] {
    let direction = problem.allowed.steepest(problem.gradient(at: state[0]))
    return [problem.allowed.projecting(state[0] + 0.01 * direction)]
  }
}
