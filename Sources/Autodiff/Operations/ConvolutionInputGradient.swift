internal import Kernels

/// The gradient of a convolution with respect to its image: `[N, OH, OW, Cout]` and weights
/// `[KH, KW, Cin, Cout]` to `[N, H, W, Cin]`.
///
/// The order: for every output pixel the products with the weights are chains over cout; they are
/// added to the image in ascending order of the output pixels, then of the taps.
struct ConvolutionInputGradient: Operation {
  static let name = "convolution input gradient"
  let placement: WindowPlacement
  let shape: Shape

  func resultType(_ operands: [ValueType]) -> ValueType {
    requireImages(Self.self, operands, ranks: [4, 4])
    Self.require(
      Convolution(placement: placement).resultType([ValueType(shape), operands[1]]) == operands[0],
      operands, "they must be the result and the weights of a convolution of \(shape)")
    return ValueType(shape)
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    var elements = Array(repeating: 0.0, count: result.reduce(1, *))
    visitConvolution(
      placement, image: result, weights: operands[1].shape, output: operands[0].shape
    ) { image, weight, output in
      elements[image] += operands[0].elements[output] * operands[1].elements[weight]
    }
    return elements
  }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    let (output, weights) = (node.operands[0], node.operands[1])
    return [
      node.cotangents[0].convolved(with: weights, placement),
      node.graph.apply(
        ConvolutionWeightGradient(placement: placement, shape: weights.shape),
        to: [node.cotangents[1], output]),
    ]
  }

  func floatingPointOperations(_ operands: [[Int]], _ result: [Int]) -> Int {
    2 * operands[0][...2].reduce(1, *) * operands[1].reduce(1, *)
  }

  func lower(_ context: inout LoweringContext) {
    context.appendConvolutionInputGradient(placement)
  }
}
