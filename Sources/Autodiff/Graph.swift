/// A graph of expressions: models, losses, attacks and optimizer steps alike.
///
/// Nodes are hash-consed: asking twice for the same operation on the same operands gives the same
/// node, so work that two expressions share is done once, whoever wrote them.
public final class Graph {
  package struct Node {
    package let operation: any Operation
    package let operands: [Int]
    package let type: ValueType

    /// Whether the operation is of a type. Compares two pointers, where `is` searches what the
    /// runtime knows: passes ask this thousands of times.
    package func performs<O: Operation>(_ operationType: O.Type) -> Bool {
      Swift.type(of: operation) == operationType
    }

    fileprivate func applies<O: Operation>(_ other: O, to operands: [Expression]) -> Bool {
      performs(O.self) && operation as! O == other
        && self.operands.elementsEqual(operands, by: { $0 == $1.index })
    }
  }

  /// In the order of their creation, so operands come before their users.
  package private(set) var nodes: [Node] = []
  /// Nodes by the hash of what they do; where a hash is taken, by the next number that is not.
  private var known: [Int: Int] = [:]

  public init() {}

  /// The expression of an operation on operands of this graph.
  package func apply<O: Operation>(_ operation: O, to operands: [Expression] = []) -> Expression {
    precondition(
      operands.allSatisfy { $0.graph === self }, "Graph: an operand belongs to another graph")
    var hasher = Hasher()
    hasher.combine(ObjectIdentifier(O.self))
    hasher.combine(operation)
    for operand in operands { hasher.combine(operand.index) }
    var hash = hasher.finalize()
    while let index = known[hash] {
      if nodes[index].applies(operation, to: operands) {
        return Expression(graph: self, index: index)
      }
      hash &+= 1
    }
    known[hash] = nodes.count
    nodes.append(
      Node(
        operation: operation, operands: operands.map(\.index),
        type: operation.resultType(operands.map(\.type))))
    return Expression(graph: self, index: nodes.count - 1)
  }

  /// A value that the caller writes before a run, known by its name.
  public func input(
    _ name: String, shape: Shape, element: ElementType = .float32
  ) -> Expression {
    apply(Input(name: name, type: ValueType(shape, element)))
  }

  /// A value that stays from run to run and that a program may update: a parameter, or an
  /// optimizer's state. Its shape cannot depend on the batch.
  public func variable(_ name: String, shape: [Int]) -> Expression {
    apply(Variable(name: name, shape: Shape(shape)))
  }

  /// A tensor of one value.
  public func fill(_ value: Float, shape: Shape = []) -> Expression {
    apply(Fill(value: value, shape: shape))
  }

  /// The batch size as a float32 scalar.
  public func batchSize() -> Expression {
    apply(BatchSize())
  }

  /// The indices `0, 1, …` along an axis, as int32.
  public func iota(shape: Shape, axis: Int) -> Expression {
    apply(Iota(shape: shape, axis: axis))
  }

  /// Uniform numbers in `0 ..< 1`: a function of the key, the purpose, the example and the place,
  /// and of nothing else.
  ///
  /// - Parameters:
  ///   - purpose: names this draw, so that two of them differ under one key.
  ///   - key: `[2]`, int32: the words of a ``RandomKey``.
  ///   - examples: `[N]`, int32: the examples' identities.
  ///   - shape: the shape of one example's numbers.
  /// - Returns: `[N] + shape`, float32.
  public func randomUniform(
    _ purpose: String, key: Expression, examples: Expression, shape: [Int]
  ) -> Expression {
    apply(RandomUniform(purpose: purpose, shape: shape), to: [key, examples])
  }
}

/// A node of a graph. Arithmetic on expressions makes new expressions; nothing is computed until a
/// ``Program`` runs.
public struct Expression: Hashable {
  public let graph: Graph
  package let index: Int

  package var node: Graph.Node { graph.nodes[index] }
  package var operands: [Expression] {
    node.operands.map { Expression(graph: graph, index: $0) }
  }
  public var type: ValueType { node.type }
  public var shape: Shape { type.shape }
  public var element: ElementType { type.element }

  public static func == (left: Expression, right: Expression) -> Bool {
    left.graph === right.graph && left.index == right.index
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(index)
  }

  /// The value of an expression that is one number everywhere and known when the graph is built.
  package var fillValue: Float? {
    let node = node
    return node.performs(Fill.self) ? (node.operation as! Fill).value : nil
  }
}

extension Expression {
  /// The name of a variable; nil for any other expression.
  public var variableName: String? { (node.operation as? Variable)?.name }

  /// Whether the caller writes the value before a run.
  package var isInput: Bool { node.performs(Input.self) }
}
