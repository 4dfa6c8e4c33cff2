/// Reads expressions as values in Double, by the operations' plainest loops: what the kernels and
/// the gradients are checked against.
package struct ReferenceInterpreter {
  private let batch: Int
  private let named: [String: [Double]]
  private var known: [Int: ReferenceValue] = [:]

  /// - Parameters:
  ///   - batch: the batch size.
  ///   - values: the elements of inputs and variables by their names.
  package init(batch: Int, values: [String: [Double]]) {
    self.batch = batch
    named = values
  }

  package mutating func value(of expression: Expression) -> ReferenceValue {
    for index in expression.graph.ancestors(of: [expression.index]).sorted()
    where known[index] == nil {
      known[index] = compute(expression.graph.nodes[index])
    }
    return known[expression.index]!
  }

  private func compute(_ node: Graph.Node) -> ReferenceValue {
    let shape = node.type.shape.extents(batch: batch)
    let name = (node.operation as? Input)?.name ?? (node.operation as? Variable)?.name
    let elements: [Double]
    if let name {
      guard let values = named[name] else {
        preconditionFailure("ReferenceInterpreter: '\(name)' has no value")
      }
      elements = values
    } else {
      elements = node.operation.reference(node.operands.map { known[$0]! }, shape, batch: batch)
    }
    precondition(
      elements.count == shape.reduce(1, *),
      "ReferenceInterpreter: \(type(of: node.operation).name) gives \(elements.count) elements for \(shape)"
    )
    return ReferenceValue(shape: shape, elements: elements)
  }
}
