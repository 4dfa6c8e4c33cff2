internal import Foundation
internal import Kernels

/// The softmax over the last axis.
struct Softmax: Operation {
  static let name = "softmax"

  func resultType(_ operands: [ValueType]) -> ValueType {
    let shape = operands[0].shape
    Self.require(
      operands[0].element == .float32 && shape.rank >= 1 && !shape[shape.rank - 1].isBatch,
      operands, "the logits must be float32, the classes the last axis")
    return operands[0]
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    let classes = result.last!
    return (0..<result.dropLast().reduce(1, *)).flatMap { row in
      let logits = operands[0].elements[row * classes..<(row + 1) * classes]
      let total = logSumExp(logits)
      return logits.map { Foundation.exp($0 - total) }
    }
  }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    let product = node.cotangents[0] * node.result
    let last = node.result.shape.rank - 1
    let total = product.sum([last]).unsqueezed(last..<last + 1, of: node.result.shape)
    return [product - node.result * total]
  }

  func lower(_ context: inout LoweringContext) {
    let classes = context.result.shape.last!
    context.append(
      SoftmaxCall(
        context.kernels, context.operands[0].floats, context.result.floats,
        rows: context.result.count / classes, classes: classes))
  }
}

extension Expression {
  /// The softmax over the last axis.
  public func softmax() -> Expression {
    graph.apply(Softmax(), to: [self])
  }
}

/// `log Σ exp` in Double, for the reference values.
func logSumExp(_ logits: ArraySlice<Double>) -> Double {
  let largest = logits.max() ?? 0
  return largest + Foundation.log(logits.reduce(0) { $0 + Foundation.exp($1 - largest) })
}
