extension Expression {
  /// The gradients of this with respect to other expressions, as expressions of the same graph.
  ///
  /// For a per-example expression `[N]` every example starts with 1, so the result is the gradient
  /// of the sum over the examples; for a scalar it starts with 1.
  ///
  /// With `weight` (a scalar, or `[N]` with one weight an example) it is the gradient of the
  /// weighted sum. The weights are multiplied in only where examples are summed, into gradients of
  /// values that all examples share. So the gradients that belong to single examples carry no
  /// weight: they are the same nodes whatever the weights are, and an attack shares the backward
  /// pass of the loss.
  ///
  /// A target on which this does not depend has a gradient of zeros.
  public func gradients(
    withRespectTo targets: [Expression], weight: Expression? = nil
  ) -> [Expression] {
    precondition(
      shape.rank == 0 || shape == [.batch],
      "gradients: the expression must be a scalar or one number an example [N], but is \(type)")
    precondition(
      weight == nil || weight?.shape == [] || weight?.shape == [.batch] && shape == [.batch],
      "gradients: the weight must be a scalar, or [N] for an expression [N]")
    return Differentiation(of: self, targets: targets, weight: weight).run()
  }

  /// The gradient with respect to one expression.
  public func gradient(withRespectTo target: Expression, weight: Expression? = nil) -> Expression {
    gradients(withRespectTo: [target], weight: weight)[0]
  }
}

/// Reverse accumulation over the nodes between the targets and the differentiated expression.
private struct Differentiation {
  let graph: Graph
  let root: Expression
  let targets: [Expression]
  let weight: Expression?
  /// The nodes through which the root depends on a target.
  let path: Set<Int>
  /// Whether some value between them mixes examples, as a mean over the batch does, or moves them,
  /// so that a row is no longer one example's. Then the weights must be in every cotangent from
  /// the start.
  let mixesExamples: Bool

  init(of root: Expression, targets: [Expression], weight: Expression?) {
    self.graph = root.graph
    self.root = root
    self.targets = targets
    self.weight = weight
    var depends: Set<Int> = Set(targets.map(\.index))
    var isMixing = false
    let needed = graph.ancestors(of: [root.index])
    for index in needed.sorted() where !depends.contains(index) {
      let node = graph.nodes[index]
      if node.performs(StopGradient.self) { continue }
      let inputs = node.operands.filter { depends.contains($0) }
      guard !inputs.isEmpty else { continue }
      depends.insert(index)
      let shapes = inputs.map { root.graph.nodes[$0].type.shape }
      if node.type.shape.batchAxis == nil, shapes.contains(where: { $0.batchAxis != nil }) {
        isMixing = true
      }
      if weight?.shape.rank == 1, Self.movesExamples(node, inputs: shapes) { isMixing = true }
    }
    path = depends.intersection(needed)
    mixesExamples = isMixing
  }

  /// Whether the rows of the result may belong to other examples than the operands' rows; one
  /// weight for all of them does not mind.
  private static func movesExamples(_ node: Graph.Node, inputs: [Shape]) -> Bool {
    if ([node.type.shape] + inputs).contains(where: { $0.batchAxis != nil && !$0.isPerExample }) {
      return true
    }
    return (node.performs(Gather.self) || node.performs(Scatter.self))
      && inputs.contains { $0.isPerExample }
  }

  func run() -> [Expression] {
    var seed = graph.fill(1, shape: root.shape)
    if let weight, mixesExamples || root.shape.batchAxis == nil { seed = seed * weight }
    var cotangents: [Int: Expression] = path.contains(root.index) ? [root.index: seed] : [:]
    let isTarget = Set(targets.map(\.index))
    for index in path.sorted(by: >) {
      guard let cotangent = cotangents[index] else { continue }
      let node = Expression(graph: graph, index: index)
      guard !node.operands.isEmpty, !node.node.performs(StopGradient.self) else { continue }
      if isTarget.contains(index), !node.operands.contains(where: { path.contains($0.index) }) {
        continue
      }
      let context = PullbackContext(
        operands: node.operands, result: node,
        cotangents: node.operands.map { weighted(cotangent, of: node, for: $0) })
      for (operand, gradient) in zip(node.operands, node.node.operation.pullback(context)) {
        guard var gradient, path.contains(operand.index) else { continue }
        if isWeightedByImage(node, for: operand) { gradient = weightingImage(of: gradient) }
        precondition(
          gradient.shape == operand.shape,
          "pullback of \(type(of: node.node.operation).name): \(gradient.shape) for \(operand.shape)"
        )
        cotangents[operand.index] = cotangents[operand.index].map { $0 + gradient } ?? gradient
      }
    }
    return targets.map { cotangents[$0.index] ?? graph.fill(0, shape: $0.shape) }
  }

  /// The cotangent, weighted where it leaves the examples for a value that they share.
  private func weighted(
    _ cotangent: Expression, of result: Expression, for operand: Expression
  ) -> Expression {
    guard takesWeight(result, for: operand), !isWeightedByImage(result, for: operand) else {
      return cotangent
    }
    let factor = factor(rank: result.shape.rank)
    // Before it is spread over an image, a gradient has fewer elements to weight.
    if let unpool = cotangent.node.operation as? Unpool {
      let (gradient, places) = (cotangent.operands[0], cotangent.operands[1])
      return graph.apply(unpool, to: [gradient * factor, places])
    }
    return cotangent * factor
  }

  /// Whether a gradient leaves the examples here for a value that they share.
  private func takesWeight(_ result: Expression, for operand: Expression) -> Bool {
    weight != nil && !mixesExamples && root.shape.batchAxis != nil
      && result.shape.batchAxis != nil && operand.shape.batchAxis == nil
  }

  /// The weights, with a factor an example for values of a rank.
  private func factor(rank: Int) -> Expression {
    let ones = Array(repeating: Dimension(1), count: rank - 1)
    return weight!.shape.rank > 0 ? weight!.reshaped(to: Shape([.batch] + ones)) : weight!
  }

  /// Whether the weights of a convolution's parameters go to its image, which has fewer elements
  /// than the cotangent. The cotangent itself stays as the image's gradient needs it.
  private func isWeightedByImage(_ result: Expression, for operand: Expression) -> Bool {
    guard result.node.performs(Convolution.self), takesWeight(result, for: operand) else {
      return false
    }
    let image = result.operands[0].shape
    return image.batchAxis != nil
      && image.elementCount.multiple < result.shape.elementCount.multiple
  }

  private func weightingImage(of gradient: Expression) -> Expression {
    let image = gradient.operands[0]
    return graph.apply(
      gradient.node.operation,
      to: [image * factor(rank: image.shape.rank)] + gradient.operands.dropFirst())
  }
}

extension Graph {
  /// The nodes that some nodes need, themselves included.
  func ancestors(of roots: [Int]) -> Set<Int> {
    var found = Set(roots)
    var pending = roots
    while let index = pending.popLast() {
      for operand in nodes[index].operands where found.insert(operand).inserted {
        pending.append(operand)
      }
    }
    return found
  }
}
