internal import Kernels

/// The cross-entropy of the softmax of logits with a label, one number an example:
/// `[N, C]` and int32 `[N]` to `[N]`.
///
/// Computed as `log Σ exp(z − max z) − (z[label] − max z)`, which neither overflows nor loses the
/// small losses.
struct SoftmaxCrossEntropy: Operation {
  static let name = "softmax cross-entropy"

  func resultType(_ operands: [ValueType]) -> ValueType {
    Self.require(
      operands[0].element == .float32 && operands[0].shape.rank == 2
        && operands[1] == ValueType([operands[0].shape[0]], .int32), operands,
      "float32 logits [N, C] and int32 labels [N] are needed")
    return ValueType([operands[0].shape[0]])
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    let classes = operands[0].shape[1]
    return operands[1].elements.enumerated().map { row, label in
      let logits = operands[0].elements[row * classes..<(row + 1) * classes]
      guard label >= 0, Int(label) < classes else { return .nan }
      return logSumExp(logits) - logits[row * classes + Int(label)]
    }
  }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    let logits = node.operands[0]
    let error = logits.softmax() - node.operands[1].oneHot(logits.shape[1].multiple)
    return [error * node.cotangents[0].reshaped(to: [logits.shape[0], 1]), nil]
  }

  func lower(_ context: inout LoweringContext) {
    let logits = context.operands[0]
    context.append(
      CrossEntropyCall(
        context.kernels, logits.floats, context.operands[1].integers, context.result.floats,
        rows: logits.shape[0], classes: logits.shape[1]))
  }
}

extension Expression {
  /// The cross-entropy of softmax(logits) with integer labels, per example: `[N, C]` to `[N]`.
  /// A label outside `0 ..< C` gives NaN.
  public func softmaxCrossEntropy(labels: Expression) -> Expression {
    graph.apply(SoftmaxCrossEntropy(), to: [self, labels])
  }
}
