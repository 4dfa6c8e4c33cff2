@testable import Autodiff

/// Convolution and pooling.
extension OperationCase {
  static let windows: [OperationCase] =
    [
      OperationCase("convolution", roundings: 150) { example in
        let c = Convolved(&example)
        return example.input(c.image).convolved(with: example.variable(c.weights), c.placement)
      },
      OperationCase("convolution input gradient", roundings: 150) { example in
        let c = Convolved(&example)
        return example.graph.apply(
          ConvolutionInputGradient(placement: c.placement, shape: c.image),
          to: [example.input(c.output), example.variable(c.weights)])
      },
      OperationCase("convolution weight gradient", roundings: 400) { example in
        let c = Convolved(&example)
        return example.graph.apply(
          ConvolutionWeightGradient(placement: c.placement, shape: Shape(c.weights)),
          to: [example.input(c.image), example.input(c.output)])
      },
      OperationCase("convolution weight gradient, added", roundings: 400) { example in
        let c = Convolved(&example)
        return example.graph.apply(
          ConvolutionWeightGradient(placement: c.placement, shape: Shape(c.weights)),
          to: [example.input(c.image), example.input(c.output), example.variable(c.weights)])
      },
      OperationCase("convolution with bias and rectifier", .piecewise, roundings: 150) { example in
        let c = Convolved(&example)
        let bias = example.variable([c.weights[3]])
        return
          (example.input(c.image).convolved(with: example.variable(c.weights), c.placement) + bias)
          .rectified()
      },
      OperationCase("maximum pooling") { example in
        let p = Pooled(&example)
        return example.distinct(p.image).maxPooled(
          windowHeight: p.window[0], windowWidth: p.window[1], p.placement
        ).squared()
      },
      OperationCase("pool argmax with ties", .constant) { example in
        let p = Pooled(&example)
        return example.graph.apply(
          PoolArgmax(window: p.window, placement: p.placement),
          to: [example.integers(p.image, in: 0...2).converted(to: .float32)])
      },
      OperationCase("pool gather") { example in
        let p = Pooled(&example)
        let (x, places) = (example.input(p.image), p.places(&example))
        return example.graph.apply(
          PoolGather(window: p.window, placement: p.placement), to: [x, places]
        ).squared()
      },
      OperationCase("unpool", roundings: 40) { example in
        let p = Pooled(&example)
        let places = p.places(&example)
        return example.graph.apply(
          Unpool(
            window: p.window, placement: p.placement, height: p.image[1], width: p.image[2]),
          to: [example.input(places.shape), places]
        ).squared()
      },
      OperationCase("small network", .piecewise, roundings: 400) { example in
        let image = example.input([.batch, 8, 7, 2])
        let hidden =
          (image.convolved(
            with: example.variable([3, 3, 2, 5]), WindowPlacement(padding: 1))
          + example.variable([5])).rectified()
        let pooled = hidden.maxPooled(
          windowHeight: 2, windowWidth: 2, WindowPlacement(stride: 2))
        let logits = Expression.product(
          pooled.flattened(), example.variable([4 * 3 * 5, 4], in: -0.2...0.2))
        return logits.softmaxCrossEntropy(labels: example.integers([.batch], in: 0...3))
      },
    ]
}

/// The shapes of a random convolution.
private struct Convolved {
  let image: Shape
  let weights: [Int]
  let placement: WindowPlacement
  let output: Shape

  init(_ example: inout Example) {
    let (kernelY, kernelX) = (example.extent(to: 5), example.extent(to: 5))
    let placement = WindowPlacement(
      strideY: example.random.integer(1...3), strideX: example.random.integer(1...3),
      top: example.random.integer(0...2), left: example.random.integer(0...2),
      bottom: example.random.integer(0...2), right: example.random.integer(0...2))
    let height = max(example.extent(to: 11), kernelY)
    let width = max(example.extent(to: 7), kernelX)
    let (channels, filters) = (example.extent(to: 3), example.extent(to: 7))
    let count = placement.count(
      height: height, width: width, windowHeight: kernelY, windowWidth: kernelX)!
    self.placement = placement
    image = [.batch, Dimension(height), Dimension(width), Dimension(channels)]
    weights = [kernelY, kernelX, channels, filters]
    output = [.batch, Dimension(count.0), Dimension(count.1), Dimension(filters)]
  }
}

/// The shapes of a random pooling; windows may overlap.
private struct Pooled {
  let image: Shape
  let window: [Int]
  let placement: WindowPlacement

  init(_ example: inout Example) {
    window = [example.extent(to: 3), example.extent(to: 3)]
    placement = WindowPlacement(
      strideY: example.random.integer(1...3), strideX: example.random.integer(1...3),
      top: example.random.integer(0...window[0] - 1),
      left: example.random.integer(0...window[1] - 1),
      bottom: example.random.integer(0...window[0] - 1),
      right: example.random.integer(0...window[1] - 1))
    image = [
      .batch, Dimension(max(example.extent(to: 7), window[0])),
      Dimension(max(example.extent(to: 7), window[1])), Dimension(example.extent(to: 5)),
    ]
  }

  /// The places of the maxima of other images.
  func places(_ example: inout Example) -> Expression {
    example.graph.apply(
      PoolArgmax(window: window, placement: placement), to: [example.input(image)])
  }
}
