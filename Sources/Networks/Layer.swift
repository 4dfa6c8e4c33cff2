public import Autodiff
public import Configurations

/// One layer of a model: its shape rule, its parameters and the expression that it is.
///
/// A layer holds its attributes alone; parameters belong to the model. To add one, write a file in
/// `Layers/` and a line in ``LayerCatalog``.
public protocol Layer: Sendable {
  /// The value of `"type"` in a specification.
  static var type: String { get }

  /// Reads the layer's own keys.
  init(_ object: inout ConfigurationObject) throws(ConfigurationError)

  /// The keys that `init` reads, with their values.
  var configuration: [String: JSONValue] { get }

  /// The shape of one example after the layer.
  ///
  /// - Throws: ``ModelError/layer(_:_:)`` when the layer does not take such an example.
  func outputShape(for input: [Int]) throws(ModelError) -> [Int]

  /// The parameters for examples of a shape that ``outputShape(for:)`` accepts.
  func parameters(for input: [Int]) -> [Parameter]

  /// The layer applied to `[N] + input`.
  func callAsFunction(_ x: Expression, parameters: [Expression]) -> Expression
}

extension Layer {
  public func parameters(for input: [Int]) -> [Parameter] { [] }
}

/// The layers that a specification can name.
public enum LayerCatalog {
  public static let all: [any Layer.Type] = [
    Convolution2D.self,
    Dense.self,
    Flatten.self,
    MaxPool2D.self,
  ]
}
