public import Configurations
internal import Suggestions

/// A model as a user writes it: the shape of an image and a list of layers.
public struct ModelSpecification: Sendable {
  public let name: String
  /// `[H, W, C]`
  public let input: [Int]
  public let layers: [any Layer]

  /// Reads a specification strictly.
  public init(_ object: ConfigurationObject) throws(ConfigurationError) {
    var object = object
    name = try object.required("name", object.string("name"))
    // A name that has to be quoted could break a line or drive the terminal.
    guard !name.isEmpty, name.count <= 100, name.quoted == "'\(name)'" else {
      throw .invalid(place: object.place(of: "name"), "a name has 1 to 100 printable characters")
    }
    input = try object.required("input", object.integers("input", count: 3, in: 1...4096))
    let place = object.place(of: "layers")
    let objects = try object.required("layers", object.objects("layers"))
    guard (1...1000).contains(objects.count) else {
      throw .invalid(place: place, "a model has 1 to 1000 layers, not \(objects.count)")
    }
    var layers: [any Layer] = []
    for object in objects { layers.append(try Self.layer(object)) }
    self.layers = layers
    try object.finish()
  }

  /// A specification of layers that need not be in the catalog.
  package init(name: String, input: [Int], layers: [any Layer]) {
    self.name = name
    self.input = input
    self.layers = layers
  }

  private static func layer(_ object: ConfigurationObject) throws(ConfigurationError) -> any Layer {
    var object = object
    let type = try object.required(
      "type", object.choice("type", among: LayerCatalog.all) { $0.type })
    let layer = try type.init(&object)
    try object.finish()
    return layer
  }

  /// The specification with every value spelled out.
  public var configuration: JSONValue {
    .object([
      "name": .string(name),
      "input": .array(input.map { .integer($0) }),
      "layers": .array(
        layers.map { layer in
          let type = JSONValue.string(Swift.type(of: layer).type)
          return .object(layer.configuration.merging(["type": type]) { $1 })
        }),
    ])
  }
}

extension ModelSpecification: Equatable {
  public static func == (left: ModelSpecification, right: ModelSpecification) -> Bool {
    left.configuration == right.configuration
  }
}
