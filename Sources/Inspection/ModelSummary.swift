public import Configurations
internal import Networks

/// A model, layer by layer.
public struct ModelSummary: Hashable, Sendable, Encodable {
  public let name: String
  /// `[H, W, C]`
  public let input: [Int]
  public let classCount: Int
  public let parameterCount: Int
  public let layers: [Layer]

  public struct Layer: Hashable, Sendable, Encodable {
    /// Such as `dense`.
    public let type: String
    /// The layer's own keys in the specification, every value spelled out.
    public let settings: [String: JSONValue]
    /// The shape of one example after the layer.
    public let outputShape: [Int]
    public let parameterCount: Int
  }

  init(_ model: Model) {
    name = model.name
    input = model.specification.input
    classCount = model.classCount
    parameterCount = model.parameterCount
    layers = model.specification.layers.enumerated().map { index, layer in
      Layer(
        type: Swift.type(of: layer).type, settings: layer.configuration,
        outputShape: model.shapes[index + 1],
        parameterCount: layer.parameters(for: model.shapes[index]).reduce(0) { $0 + $1.count })
    }
  }
}
