public import Autodiff

/// A checked specification: every layer takes what the one before it gives, and the last one gives
/// one logit a class.
public struct Model: Sendable {
  /// More would not fit the 32-bit places of the kernels.
  public static let parameterLimit = 500_000_000

  public let specification: ModelSpecification
  /// All parameters, in the order of the layers, named `layers.2.weights`.
  public let parameters: [Parameter]
  public let classCount: Int
  /// The shape of one example before every layer, and after the last.
  package let shapes: [[Int]]

  /// - Throws: ``ModelError`` for layers that do not fit together.
  public init(_ specification: ModelSpecification) throws(ModelError) {
    self.specification = specification
    var shape = specification.input
    var shapes = [shape]
    var parameters: [Parameter] = []
    var count = 0
    for (index, layer) in specification.layers.enumerated() {
      do throws(ModelError) {
        let output = try layer.outputShape(for: shape)
        for var parameter in layer.parameters(for: shape) {
          parameter.name = "layers.\(index).\(parameter.name)"
          parameters.append(parameter)
          count += parameter.count
        }
        shape = output
      } catch .layer(let type, let reason) {
        throw .layerAt(index: index, type: type, reason: reason)
      }
      guard count <= Self.parameterLimit else {
        throw .tooLarge(parameters: count, limit: Self.parameterLimit)
      }
      guard shape.reduce(1, *) <= Self.parameterLimit else {
        throw .layerAt(
          index: index, type: type(of: layer).type,
          reason: "its result \(shape) has more than \(Self.parameterLimit) values")
      }
      shapes.append(shape)
    }
    guard shape.count == 1, shape[0] >= 2 else { throw .doesNotEndInClasses(shape: shape) }
    self.shapes = shapes
    self.parameters = parameters
    classCount = shape[0]
  }

  public var name: String { specification.name }
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

  /// The parameters as variables of a graph.
  public func variables(in graph: Graph) -> [Expression] {
    parameters.map { graph.variable($0.name, shape: $0.shape) }
  }

  /// The logits `[N, classes]` of images `[N, H, W, C]` with pixels in 0…1.
  public func logits(of images: Expression) -> Expression {
    precondition(
      images.shape == Shape([.batch] + specification.input.map { Dimension($0) }),
      "Model: '\(name)' takes images \(specification.input), not \(images.shape)")
    var x = images
    var rest = variables(in: images.graph)[...]
    for (layer, shape) in zip(specification.layers, shapes) {
      let count = layer.parameters(for: shape).count
      x = layer(x, parameters: Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    return x
  }

  /// The first values of the parameters, by a key and the parameters' names.
  public func initialValues(_ key: RandomKey) -> [Tensor] {
    parameters.map { parameter in
      switch parameter.initialization {
      case .zeros:
        return Tensor([Float](repeating: 0, count: parameter.count), shape: parameter.shape)
      case .glorotUniform(let fanIn, let fanOut):
        let limit = Float((6 / Double(fanIn + fanOut)).squareRoot())
        let key = key.folding("initialize").folding(parameter.name)
        let values = (0..<parameter.count).map { place in
          (key.uniform(row: 0, index: place) * 2 - 1) * limit
        }
        return Tensor(values, shape: parameter.shape)
      }
    }
  }
}
