public import Autodiff

/// An objective's loss: a sum of weighted means over the batch.
public struct TrainingLoss {
  /// One number an example, and the weight of their mean.
  public struct Term {
    /// `[N]`
    public let losses: Expression
    public let weight: Double

    public init(_ losses: Expression, _ weight: Double) {
      self.losses = losses
      self.weight = weight
    }
  }

  public let terms: [Term]
  /// What becomes of the values that the objective keeps from step to step, as
  /// ``TrainingProblem/kept(_:shape:)`` named them.
  public let kept: [(input: Expression, value: Expression)]

  public init(_ terms: [Term], kept: [(input: Expression, value: Expression)] = []) {
    self.terms = terms
    self.kept = kept
  }

  /// The terms' means, each a scalar.
  var means: [Expression] { terms.map { $0.losses.mean([0]) } }

  /// The gradients of the weighted sum with respect to a model's parameters.
  ///
  /// Each term is differentiated by itself with its weight at the end, so that what an attack
  /// differentiated without one is computed once.
  func gradients(withRespectTo parameters: [Expression]) -> [Expression] {
    let gradients = terms.map { term in
      let graph = term.losses.graph
      return term.losses.gradients(
        withRespectTo: parameters, weight: graph.fill(Float(term.weight)) / graph.batchSize())
    }
    return parameters.indices.map { index in
      gradients.dropFirst().reduce(gradients[0][index]) { $0 + $1[index] }
    }
  }
}
