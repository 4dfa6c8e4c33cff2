internal import Autodiff

/// The proposals of the Square Attack in L∞ (Andriushchenko et al. 2020, algorithm 2).
struct SquareStripes {
  private let geometry: SquareGeometry

  init(_ problem: AttackProblem) {
    geometry = SquareGeometry(problem)
  }

  /// Stripes one pixel wide, of ε or -ε by channel.
  func start() -> Expression {
    let allowed = geometry.problem.allowed
    let signs = geometry.signs("stripes", shape: [1, geometry.width, geometry.channels])
    return allowed.projecting(allowed.images + allowed.epsilon * signs)
  }

  /// One square in which each channel goes to one side of the ball.
  func proposal(from best: Expression, relativeSide: Expression) -> Expression {
    let allowed = geometry.problem.allowed
    let side = geometry.side(relative: relativeSide)
    let square = geometry.square(
      row: geometry.place("row", extent: geometry.height, side: side),
      column: geometry.place("column", extent: geometry.width, side: side), side: side,
      channels: geometry.channels)
    let change = 2 * allowed.epsilon * geometry.signs("signs", shape: [1, 1, geometry.channels])
    return allowed.projecting(best + change * square)
  }
}
