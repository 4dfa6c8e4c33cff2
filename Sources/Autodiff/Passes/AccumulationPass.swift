/// Sums of two products become products that begin with the other one: the gradients of a
/// parameter from several passes are accumulated in place. What else is added to a product, such
/// as a bias, is left to the loop on its finished rows.
///
/// This is a rewriting of the graph, so it holds for every reading of the program.
struct AccumulationPass {
  let graph: Graph

  /// The expressions that take the place of `roots`.
  func run(_ roots: [Expression]) -> [Expression] {
    let live = graph.ancestors(of: roots.map(\.index)).sorted()
    var uses: [Int: Int] = [:]
    for index in live {
      for operand in graph.nodes[index].operands { uses[operand, default: 0] += 1 }
    }
    for root in roots { uses[root.index, default: 0] += 1 }
    var replacement: [Int: Expression] = [:]
    for index in live {
      let node = graph.nodes[index]
      let operands = node.operands.map { replacement[$0]! }
      if node.performs(Add.self),
        let sum = accumulated(operands, isSpare: node.operands.map { uses[$0] == 1 })
      {
        replacement[index] = sum
      } else {
        replacement[index] =
          node.operands.isEmpty
          ? Expression(graph: graph, index: index) : graph.apply(node.operation, to: operands)
      }
    }
    return roots.map { replacement[$0.index]! }
  }

  /// The sum as a product that begins with the other operand, if both are products and nobody else
  /// reads one of them.
  private func accumulated(_ operands: [Expression], isSpare: [Bool]) -> Expression? {
    guard operands.allSatisfy({ isProduct($0) }) else { return nil }
    for (product, other) in [(1, 0), (0, 1)] where isSpare[product] {
      let node = operands[product].node
      guard node.operands.count == 2 else { continue }
      return graph.apply(
        node.operation, to: operands[product].operands + [operands[other]])
    }
    return nil
  }

  private func isProduct(_ expression: Expression) -> Bool {
    let node = expression.node
    return node.performs(MatrixProduct.self) || node.performs(ConvolutionWeightGradient.self)
  }
}
