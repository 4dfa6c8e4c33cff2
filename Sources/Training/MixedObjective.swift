package import Attacks
internal import Autodiff
internal import Networks

/// The loss of adversarial training, α · clean + (1 − α) · adversarial, both means over the batch
/// (Goodfellow, Shlens & Szegedy 2015, section 6), with examples made on the fly from the current
/// parameters.
///
/// Clean loss, attack and adversarial loss are expressions of one graph, so the attack and the
/// clean half of the gradient share their pass.
package struct MixedObjective {
  let adversarialRatio: Double
  let attack: any Attack

  package init(adversarialRatio: Double, attack: any Attack) {
    self.adversarialRatio = adversarialRatio
    self.attack = attack
  }

  struct Expressions {
    /// The means over the batch; nil where the ratio leaves one out.
    let cleanLoss: Expression?
    let adversarialLoss: Expression?
    /// Of the parameters, in the model's order.
    let gradients: [Expression]
  }

  /// - Parameters:
  ///   - images: `[N, H, W, C]` in 0…1.
  ///   - labels: `[N]`, int32.
  ///   - epsilon: a scalar.
  func expressions(
    model: Model, images: Expression, labels: Expression, epsilon: Expression
  ) -> Expressions {
    func loss(_ images: Expression) -> Expression {
      model.logits(of: images).softmaxCrossEntropy(labels: labels)
    }
    let graph = images.graph
    let parameters = model.variables(in: graph)
    var halves: [[Expression]] = []
    var means: [Expression?] = []
    for (isAdversarial, share) in [(false, 1 - adversarialRatio), (true, adversarialRatio)] {
      guard share > 0 else {
        means.append(nil)
        continue
      }
      let losses = loss(
        isAdversarial
          ? examples(of: model, images: images, labels: labels, epsilon: epsilon) : images)
      let weight = graph.fill(Float(share)) / graph.batchSize()
      halves.append(losses.gradients(withRespectTo: parameters, weight: weight))
      means.append(losses.mean([0]))
    }
    let gradients = parameters.indices.map { index in
      halves.dropFirst().reduce(halves[0][index]) { $0 + $1[index] }
    }
    return Expressions(cleanLoss: means[0], adversarialLoss: means[1], gradients: gradients)
  }

  /// The attack's examples, constants to the loss.
  private func examples(
    of model: Model, images: Expression, labels: Expression, epsilon: Expression
  ) -> Expression {
    let allowed = PerturbationSet(around: images, epsilon: epsilon)
    let problem = AttackProblem(allowed, labels: labels) { model.logits(of: $0) }
    return attack.examples(problem).stopGradient()
  }
}
