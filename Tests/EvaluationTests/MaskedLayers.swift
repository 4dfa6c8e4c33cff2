import Autodiff
import Configurations
import Networks

/// A layer that the product does not have, because it makes a model look robust that is not.
protocol MaskLayer: Layer {
  init()
  func apply(_ x: Expression) -> Expression
}

extension MaskLayer {
  static var type: String { "mask" }
  init(_ object: inout ConfigurationObject) throws(ConfigurationError) { self.init() }
  var configuration: [String: JSONValue] { [:] }
  func outputShape(for input: [Int]) -> [Int] { input }
  func callAsFunction(_ x: Expression, parameters: [Expression]) -> Expression { apply(x) }
}

/// Activations in whole steps, by comparisons: the gradient is zero everywhere.
struct Quantised: MaskLayer {
  var step: Float = 0.5
  var levels = 8

  func apply(_ x: Expression) -> Expression {
    (0..<levels).map { x.isGreater(than: x.graph.fill((Float($0) + 0.5) * step)) * step }
      .reduce(x.graph.fill(0), +)
  }
}

/// Logits so large that float32 has no cross-entropy for them.
struct Scaled: MaskLayer {
  var factor: Float = 1000

  func apply(_ x: Expression) -> Expression { x * factor }
}

struct SoftmaxOutput: MaskLayer {
  func apply(_ x: Expression) -> Expression { x.softmax() }
}

/// A dropout that was not switched off: what it drops depends on an image's place in its batch.
struct DropoutLeftOn: MaskLayer {
  var rate: Float = 0.3

  func apply(_ x: Expression) -> Expression {
    x * draws(x, "dropout").isGreaterOrEqual(to: x.graph.fill(rate)) * (1 / (1 - rate))
  }
}

/// Noise on the values, another for every place in the batch.
struct NoisyInput: MaskLayer {
  var size: Float = 0.1

  func apply(_ x: Expression) -> Expression { x + size * (2 * draws(x, "noise") - 1) }
}

/// The identity, with a gradient that leads the wrong way.
struct ReversedGradient: MaskLayer {
  func apply(_ x: Expression) -> Expression { (2 * x).stopGradient() - x }
}

/// The identity without a gradient.
struct StoppedGradient: MaskLayer {
  func apply(_ x: Expression) -> Expression { x.stopGradient() }
}

/// The identity, with a gradient that is not a number: that of a root at 0.
struct RootOfZero: MaskLayer {
  func apply(_ x: Expression) -> Expression {
    let zero = x - x.stopGradient()
    return x + (zero * zero).squareRoot()
  }
}

extension MaskLayer {
  /// Uniform numbers that depend on the row alone.
  fileprivate func draws(_ x: Expression, _ purpose: String) -> Expression {
    x.graph.randomUniform(
      purpose, key: x.graph.fill(7, shape: [2]).converted(to: .int32),
      examples: x.graph.iota(shape: [.batch], axis: 0),
      shape: x.shape.dimensions.dropFirst().map(\.multiple))
  }
}

/// Where a mask is put into a model.
enum MaskPlace {
  case input
  /// After each layer with an activation.
  case activations
  case logits
}

extension Model {
  /// The model with a mask, which takes the parameters of the model itself.
  func masked(by mask: any MaskLayer, at place: MaskPlace) throws -> Model {
    let layers = specification.layers
    let masked: [any Layer] =
      switch place {
      case .input: [mask] + layers
      case .logits: layers + [mask]
      case .activations:
        layers.flatMap { layer -> [any Layer] in
          layer.configuration["activation"] == .string("relu") ? [layer, mask] : [layer]
        }
      }
    return try Model(
      ModelSpecification(name: "masked", input: specification.input, layers: masked))
  }
}
