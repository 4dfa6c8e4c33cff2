internal import Kernels

/// Where the maximum of every pooling window lies: `[N, H, W, C]` to int32 `[N, OH, OW, C]`, as
/// `y · W + x` in the image's plane. The first maximum wins, NaN before numbers; padding is never
/// chosen. A constant to differentiation.
struct PoolArgmax: Operation {
  static let name = "pool argmax"
  let window: [Int]
  let placement: WindowPlacement

  func resultType(_ operands: [ValueType]) -> ValueType {
    requireImages(Self.self, operands, ranks: [4])
    let image = operands[0].shape
    let count = placement.count(
      height: image[1].multiple, width: image[2].multiple, windowHeight: window[0],
      windowWidth: window[1])
    Self.require(
      count != nil && max(placement.top, placement.bottom) < window[0]
        && max(placement.left, placement.right) < window[1], operands,
      "a window of \(window) must fit on the padded image and never lie on padding alone")
    return ValueType([image[0], Dimension(count!.0), Dimension(count!.1), image[3]], .int32)
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    let image = operands[0].shape
    var best = Array(repeating: -1, count: result.reduce(1, *))
    let plane = image[1] * image[2] * image[3]
    for n in 0..<image[0] {
      placement.forEachTap(
        image: Array(image[1...2]), windows: Array(result[1...2]), window: window
      ) { y, x, _, _, inY, inX in
        for channel in 0..<image[3] {
          let output = ((n * result[1] + y) * result[2] + x) * result[3] + channel
          let place = inY * image[2] + inX
          let value = operands[0].elements[n * plane + place * image[3] + channel]
          let current =
            best[output] < 0
            ? -Double.infinity : operands[0].elements[n * plane + best[output] * image[3] + channel]
          if best[output] < 0 || value > current || value.isNaN && !current.isNaN {
            best[output] = place
          }
        }
      }
    }
    return best.map { Double($0) }
  }

  func lower(_ context: inout LoweringContext) {
    context.appendPoolArgmax(window: window, placement)
  }
}

/// The elements of images at places of their planes: `[N, H, W, C]` and int32 `[N, OH, OW, C]` to
/// `[N, OH, OW, C]`. With the places of ``PoolArgmax`` this is max-pooling.
struct PoolGather: Operation {
  static let name = "pool gather"
  let window: [Int]
  let placement: WindowPlacement

  func resultType(_ operands: [ValueType]) -> ValueType {
    requirePlaces(Self.self, operands)
    return ValueType(operands[1].shape)
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    let image = operands[0].shape
    return operands[1].elements.enumerated().map { output, place in
      operands[0].elements[imagePlace(image, result, output: output, place: Int(place))]
    }
  }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    let shape = node.operands[0].shape
    return [
      node.graph.apply(
        Unpool(window: window, placement: placement, height: shape[1], width: shape[2]),
        to: [node.cotangents[0], node.operands[1]]), nil,
    ]
  }

  func lower(_ context: inout LoweringContext) {
    context.appendPoolGather(window: window, placement)
  }
}

/// The transpose of ``PoolGather``: elements added into images of zeros at places of their planes,
/// in ascending order.
struct Unpool: Operation {
  static let name = "unpool"
  let window: [Int]
  let placement: WindowPlacement
  let height: Dimension
  let width: Dimension

  func resultType(_ operands: [ValueType]) -> ValueType {
    requirePlaces(Self.self, operands)
    Self.require(operands[0].shape == operands[1].shape, operands, "one place an element is needed")
    let shape = operands[0].shape
    return ValueType([shape[0], height, width, shape[3]])
  }

  func reference(_ operands: [ReferenceValue], _ result: [Int], batch: Int) -> [Double] {
    var elements = Array(repeating: 0.0, count: result.reduce(1, *))
    for (output, place) in operands[1].elements.enumerated() {
      elements[imagePlace(result, operands[1].shape, output: output, place: Int(place))] +=
        operands[0].elements[output]
    }
    return elements
  }

  func pullback(_ node: PullbackContext) -> [Expression?] {
    [
      node.graph.apply(
        PoolGather(window: window, placement: placement),
        to: [node.cotangents[0], node.operands[1]]), nil,
    ]
  }

  func lower(_ context: inout LoweringContext) {
    context.appendUnpool(window: window, placement)
  }
}

private func requirePlaces<O: Operation>(_ operation: O.Type, _ operands: [ValueType]) {
  O.require(
    operands[0].element == .float32 && operands[1].element == .int32 && operands[0].shape.rank == 4
      && operands[1].shape.rank == 4 && operands[0].shape[0] == operands[1].shape[0]
      && operands[0].shape[3] == operands[1].shape[3], operands,
    "float32 images and int32 places must agree in examples and channels")
}

/// The place in the images of a place in one of their planes.
private func imagePlace(_ image: [Int], _ places: [Int], output: Int, place: Int) -> Int {
  let example = output / (places[1] * places[2] * places[3])
  return (example * image[1] * image[2] + place) * image[3] + output % places[3]
}

extension Expression {
  /// The maximum of every window: `[N, H, W, C]` to `[N, OH, OW, C]`. The first maximum has the
  /// gradient.
  public func maxPooled(
    windowHeight: Int, windowWidth: Int, _ placement: WindowPlacement
  ) -> Expression {
    let places = graph.apply(
      PoolArgmax(window: [windowHeight, windowWidth], placement: placement), to: [self])
    return graph.apply(
      PoolGather(window: [windowHeight, windowWidth], placement: placement), to: [self, places])
  }

  /// The same for a value that nobody else needs: of a rectified one the maxima are rectified
  /// instead of every element. The unit is monotone, so the maxima are the same, and so are their
  /// places where the gradient is not 0.
  package func maxPooledOnce(
    windowHeight: Int, windowWidth: Int, _ placement: WindowPlacement
  ) -> Expression {
    guard node.performs(Rectify.self) else {
      return maxPooled(windowHeight: windowHeight, windowWidth: windowWidth, placement)
    }
    return operands[0].maxPooled(
      windowHeight: windowHeight, windowWidth: windowWidth, placement
    ).rectified()
  }
}
