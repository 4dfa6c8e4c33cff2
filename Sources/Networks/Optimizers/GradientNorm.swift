public import Autodiff

extension [Expression] {
  /// The L2 norm of all gradients together, a scalar.
  ///
  /// - Precondition: There is a gradient, and none has an axis of examples.
  public func norm() -> Expression {
    precondition(!isEmpty, "norm: there are no gradients")
    precondition(
      allSatisfy { $0.shape.batchAxis == nil }, "norm: a gradient has one row an example")
    let squares = map { $0.squared().sum([Int](0..<$0.shape.rank)) }
    return squares.dropFirst().reduce(squares[0], +).squareRoot()
  }

  /// The gradients multiplied by min(1, limit / (norm + 10⁻⁶)), so that together they are no longer
  /// than `limit` (Pascanu, Mikolov & Bengio 2013, "On the difficulty of training recurrent neural
  /// networks"; the formula of PyTorch's `clip_grad_norm_`).
  ///
  /// - Precondition: `limit` is positive.
  public func clippedByNorm(_ limit: Double) -> [Expression] {
    precondition(limit > 0, "clippedByNorm: a limit of \(limit)")
    guard let graph = first?.graph else { return [] }
    let factor = Expression.minimum(graph.fill(Float(limit)) / (norm() + 1e-6), graph.fill(1))
    return map { $0 * factor }
  }
}
