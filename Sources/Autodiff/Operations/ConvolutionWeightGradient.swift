internal import Kernels

/// The gradient of a convolution with respect to its weights, optionally added to a third operand:
/// `[N, H, W, Cin]` and `[N, OH, OW, Cout]` to `[KH, KW, Cin, Cout]`.
///
/// The order: each element is one chain of fused multiply-adds over (n, oy, ox), beginning with 0 or
/// with the third operand's element.
struct ConvolutionWeightGradient: Operation {
  static let name = "convolution weight gradient"
  let placement: WindowPlacement
  let shape: Shape

  func resultType(_ operands: [ValueType]) -> ValueType {
    requireImages(Self.self, Array(operands.prefix(2)), ranks: [4, 4])
    Self.require(
      Convolution(placement: placement).resultType([operands[0], ValueType(shape)]) == operands[1],
      operands, "they must be the image and the result of a convolution with \(shape)")
    Self.require(
      operands.count < 3 || operands[2] == ValueType(shape), operands,
      "the sum begins with a \(shape)")
    return ValueType(shape)
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    var elements =
      operands.count > 2
      ? operands[2].elements : Array(repeating: 0.0, count: result.reduce(1, *))
    visitConvolution(
      placement, image: operands[0].shape, weights: result, output: operands[1].shape
    ) { image, weight, output in
      elements[weight] += operands[0].elements[image] * operands[1].elements[output]
    }
    return elements
  }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    let (image, output) = (node.operands[0], node.operands[1])
    let gradients = [
      node.graph.apply(
        ConvolutionInputGradient(placement: placement, shape: image.shape),
        to: [output, node.cotangents[0]]),
      image.convolved(with: node.cotangents[1], placement),
    ]
    return gradients + node.cotangents.dropFirst(2)
  }

  func floatingPointOperations(_ operands: [[Int]], _ result: [Int]) -> Int {
    2 * operands[1][...2].reduce(1, *) * result.reduce(1, *)
  }

  func lower(_ context: inout LoweringContext) {
    context.appendConvolutionWeightGradient(placement)
  }
}
