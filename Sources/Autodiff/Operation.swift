/// One operation of the catalog: its shape rule, its value in Double, its pullback and its kernel
/// stand together in one file of `Operations/`.
///
/// An operation is a value that holds its attributes (axes, strides); its operands are in the node.
package protocol Operation: Hashable, Sendable {
  /// The name in messages and listings.
  static var name: String { get }

  /// The shape rule. A mistake of the caller ends in a precondition that names the operation and
  /// the shapes.
  func resultType(_ operands: [ValueType]) -> ValueType

  /// The value in Double, by the plainest loops: the oracle of every test.
  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double]

  /// The vector-Jacobian product: one expression an operand, nil where no gradient flows.
  ///
  /// Linear in the cotangent, which has the result's shape. What nobody reads is never computed.
  func pullback(_ node: PullbackContext) -> [Expression?]

  /// The floating-point operations of a bound size, multiplications and additions counted apart;
  /// 0 for all but products, beside which the rest is small.
  func floatingPointOperations(_ operands: [[Int]], _ result: [Int]) -> Int

  /// Adds the kernel calls that compute the result for a bound batch size.
  func lower(_ context: inout LoweringContext)

  /// The operation itself if it is elementwise; a cast would ask the runtime every time.
  var elementwise: (any ElementwiseOperation)? { get }
}

extension Operation {
  /// For operations whose result is constant or piecewise constant.
  package func pullback(_ node: PullbackContext) -> [Expression?] {
    node.operands.map { _ in nil }
  }

  package func floatingPointOperations(_ operands: [[Int]], _ result: [Int]) -> Int { 0 }

  package var elementwise: (any ElementwiseOperation)? { nil }

  static func require(
    _ condition: Bool, _ operands: [ValueType], _ rule: @autoclosure () -> String
  ) {
    precondition(
      condition,
      "\(name): \(rule()), but the operands are "
        + operands.map(\.description).joined(separator: " and "))
  }
}

/// What a pullback may look at.
package struct PullbackContext {
  package let operands: [Expression]
  package let result: Expression
  /// The gradient of the differentiated expression with respect to the result, one an operand:
  /// where a pullback sums over the examples, their weights are already in it.
  package let cotangents: [Expression]

  package var graph: Graph { result.graph }
}

/// A value of the reference interpreter; integers are exact in Double.
package struct ReferenceValue: Sendable {
  package let shape: [Int]
  package var elements: [Double]

  package init(shape: [Int], elements: [Double]) {
    self.shape = shape
    self.elements = elements
  }
}

/// Where a bound value lies in memory.
package struct BufferView {
  package let pointer: UnsafeMutableRawPointer
  package let shape: [Int]
  package let element: ElementType
  /// Operations find all operands but the right factors of products row by row.
  var layout = MatrixLayout.rows
  /// How many copies of the value there are.
  var copies = 1
  /// The elements from one copy to the next.
  var copyStride = 0

  package var count: Int { shape.reduce(1, *) }
  package var floats: UnsafeMutablePointer<Float> {
    pointer.assumingMemoryBound(to: Float.self)
  }
  package var integers: UnsafeMutablePointer<Int32> {
    pointer.assumingMemoryBound(to: Int32.self)
  }
}
