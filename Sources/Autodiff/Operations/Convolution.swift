internal import Kernels

/// How a window moves over an image: its strides, and the zeros around the image.
public struct WindowPlacement: Hashable, Sendable {
  /// Strides down and across.
  public var strideY: Int
  public var strideX: Int
  /// Rows and columns added around the image.
  public var top: Int
  public var left: Int
  public var bottom: Int
  public var right: Int

  public init(stride: Int = 1, padding: Int = 0) {
    self.init(
      strideY: stride, strideX: stride, top: padding, left: padding, bottom: padding,
      right: padding)
  }

  public init(strideY: Int, strideX: Int, top: Int, left: Int, bottom: Int, right: Int) {
    precondition(strideY > 0 && strideX > 0, "WindowPlacement: a stride must be positive")
    precondition(
      min(min(top, left), min(bottom, right)) >= 0, "WindowPlacement: padding must not be negative")
    self.strideY = strideY
    self.strideX = strideX
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }

  /// How many windows fit on an image of `height × width`, or nil if not one does.
  public func count(height: Int, width: Int, windowHeight: Int, windowWidth: Int) -> (Int, Int)? {
    let (y, x) = (height + top + bottom - windowHeight, width + left + right - windowWidth)
    guard y >= 0, x >= 0, windowHeight > 0, windowWidth > 0 else { return nil }
    return (y / strideY + 1, x / strideX + 1)
  }

  /// Calls `body` with the window's index, the tap in the window and the place in the image, for
  /// every tap that lies on the image; for the reference values only.
  func forEachTap(
    image: [Int], windows: [Int], window: [Int],
    _ body: (_ y: Int, _ x: Int, _ tapY: Int, _ tapX: Int, _ inY: Int, _ inX: Int) -> Void
  ) {
    for y in 0..<windows[0] {
      for x in 0..<windows[1] {
        for tapY in 0..<window[0] {
          for tapX in 0..<window[1] {
            let (inY, inX) = (y * strideY + tapY - top, x * strideX + tapX - left)
            if inY >= 0, inY < image[0], inX >= 0, inX < image[1] {
              body(y, x, tapY, tapX, inY, inX)
            }
          }
        }
      }
    }
  }
}

/// 2-D convolution (cross-correlation, as in every deep-learning framework):
/// `[N, H, W, Cin]` and weights `[KH, KW, Cin, Cout]` to `[N, OH, OW, Cout]`.
///
/// The order: each element is one chain of fused multiply-adds over (ky, kx, cin), padding counting
/// as zeros.
struct Convolution: Operation {
  static let name = "convolution"
  let placement: WindowPlacement

  func resultType(_ operands: [ValueType]) -> ValueType {
    requireImages(Self.self, operands, ranks: [4, 4])
    let (image, weights) = (operands[0].shape, operands[1].shape)
    Self.require(image[3] == weights[2], operands, "the channels must agree")
    let count = placement.count(
      height: image[1].multiple, width: image[2].multiple, windowHeight: weights[0].multiple,
      windowWidth: weights[1].multiple)
    Self.require(count != nil, operands, "the kernel must fit on the padded image")
    return ValueType([image[0], Dimension(count!.0), Dimension(count!.1), weights[3]])
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    var elements = Array(repeating: 0.0, count: result.reduce(1, *))
    visitConvolution(
      placement, image: operands[0].shape, weights: operands[1].shape, output: result
    ) { image, weight, output in
      elements[output] += operands[0].elements[image] * operands[1].elements[weight]
    }
    return elements
  }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    let (image, weights) = (node.operands[0], node.operands[1])
    return [
      node.graph.apply(
        ConvolutionInputGradient(placement: placement, shape: image.shape),
        to: [node.cotangents[0], weights]),
      node.graph.apply(
        ConvolutionWeightGradient(placement: placement, shape: weights.shape),
        to: [image, node.cotangents[1]]),
    ]
  }

  func floatingPointOperations(_ operands: [[Int]], _ result: [Int]) -> Int {
    2 * result[...2].reduce(1, *) * operands[1].reduce(1, *)
  }

  func lower(_ context: inout LoweringContext) {
    context.appendConvolution(placement)
  }
}

extension Expression {
  /// 2-D convolution: `[N, H, W, Cin]` with weights `[KH, KW, Cin, Cout]` to `[N, OH, OW, Cout]`.
  public func convolved(
    with weights: Expression, _ placement: WindowPlacement = WindowPlacement()
  ) -> Expression {
    graph.apply(Convolution(placement: placement), to: [self, weights])
  }
}

func requireImages<O: Operation>(_ operation: O.Type, _ operands: [ValueType], ranks: [Int]) {
  O.require(
    operands.map(\.shape.rank) == ranks && operands.allSatisfy { $0.element == .float32 }, operands,
    "float32 operands of ranks \(ranks) are needed")
}

/// Every product term of a convolution, as places in the image, the weights and the output.
func visitConvolution(
  _ placement: WindowPlacement, image: [Int], weights: [Int], output: [Int],
  _ body: (_ image: Int, _ weight: Int, _ output: Int) -> Void
) {
  for n in 0..<image[0] {
    placement.forEachTap(
      image: Array(image[1...2]), windows: Array(output[1...2]), window: Array(weights[0...1])
    ) { y, x, tapY, tapX, inY, inX in
      for channel in 0..<weights[2] {
        for filter in 0..<weights[3] {
          body(
            ((n * image[1] + inY) * image[2] + inX) * image[3] + channel,
            ((tapY * weights[1] + tapX) * weights[2] + channel) * weights[3] + filter,
            ((n * output[1] + y) * output[2] + x) * output[3] + filter)
        }
      }
    }
  }
}
