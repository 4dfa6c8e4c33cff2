/// The same elements in the same order under another shape.
struct Reshape: Operation {
  static let name = "reshape"
  let shape: Shape

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.require(
      operands[0].shape.elementCount == shape.elementCount, operands,
      "the elements must fill \(shape)")
    return ValueType(shape, operands[0].element)
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    operands[0].elements
  }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    [node.cotangents[0].reshaped(to: node.operands[0].shape)]
  }

  /// Nothing to compute: the compiler lets the result share the operand's memory.
  func lower(_ context: inout LoweringContext) {}
}

extension Expression {
  /// The same elements under another shape.
  public func reshaped(to shape: Shape) -> Expression {
    if shape == self.shape { return self }
    if node.performs(Reshape.self) {
      return operands[0].reshaped(to: shape)
    }
    if let value = fillValue { return graph.fill(value, shape: shape) }
    return graph.apply(Reshape(shape: shape), to: [self])
  }

  /// All axes but the first in one: `[N, H, W, C]` to `[N, H·W·C]`.
  public func flattened() -> Expression {
    reshaped(to: [shape[0], Dimension(shape.removing(axes: [0]).elementCount.multiple)])
  }

  /// The same value, held constant when differentiated.
  public func stopGradient() -> Expression {
    graph.apply(StopGradient(), to: [self])
  }
}
