import Autodiff
import Configurations
import ModelFixtures
import Networks
import Testing

/// What every layer of the catalog must do.
@Suite struct LayerTests {
  /// Settings that a layer takes for images `[9, 7, 2]` or vectors `[11]`.
  static let settings: [String: [String]] = [
    "convolution": [
      #"{"filters": 3, "kernel": 3}"#, #"{"filters": 1, "kernel": [1, 1], "activation": "relu"}"#,
      #"{"filters": 4, "kernel": [2, 5], "stride": [3, 1], "padding": [1, 2]}"#,
      #"{"filters": 2, "kernel": [9, 7], "stride": 1024}"#,
    ],
    "dense": [#"{"units": 1}"#, #"{"units": 5, "activation": "relu"}"#],
    "flatten": ["{}"],
    "max-pool": [
      #"{"window": 2}"#, #"{"window": [3, 2], "stride": 1}"#,
      #"{"window": 3, "stride": [2, 1], "padding": [1, 2]}"#,
    ],
  ]

  static let cases = LayerCatalog.all.flatMap { type in
    (settings[type.type] ?? []).map { (type.type, $0) }
  }

  static func layer(_ type: String, _ text: String) throws -> any Layer {
    let found = try #require(LayerCatalog.all.first { $0.type == type })
    var object = try ConfigurationObject(
      JSONValue(parsing: Array(text.utf8), source: "layer"), place: "layer")
    let layer = try found.init(&object)
    try object.finish()
    return layer
  }

  static func input(of type: String) -> [Int] { type == "dense" ? [11] : [9, 7, 2] }

  @Test func theCatalogIsCovered() {
    #expect(Set(LayerCatalog.all.map { $0.type }) == Set(Self.settings.keys))
    #expect(Set(LayerCatalog.all.map { $0.type }).count == LayerCatalog.all.count)
  }

  @Test(arguments: cases)
  func theConfigurationIsTheLayerAgain(type: String, text: String) throws {
    let layer = try Self.layer(type, text)
    let configuration = JSONValue.object(layer.configuration)
    let again = try Self.layer(type, configuration.text)
    #expect(JSONValue.object(again.configuration) == configuration)
    guard case .object(let given) = try JSONValue(parsing: Array(text.utf8), source: "") else {
      return
    }
    for (key, value) in given {
      // One number stands for both axes.
      let pair = JSONValue.array([value, value])
      #expect(layer.configuration[key] == value || layer.configuration[key] == pair)
    }
  }

  @Test(arguments: cases)
  func anUnknownKeyIsAnError(type: String, text: String) {
    let wrong = text.dropLast() + (text == "{}" ? "" : ", ") + #""colour": 1}"#
    #expect(throws: ConfigurationError.self) { try Self.layer(type, String(wrong)) }
  }

  @Test(arguments: cases)
  func theShapeRuleIsTheExpressions(type: String, text: String) throws {
    let layer = try Self.layer(type, text)
    let input = Self.input(of: type)
    let output = try layer.outputShape(for: input)
    let parameters = layer.parameters(for: input)
    let graph = Graph()
    let x = graph.input("x", shape: Shape([.batch] + input.map { Dimension($0) }))
    let y = layer(x, parameters: parameters.map { graph.variable($0.name, shape: $0.shape) })
    #expect(y.shape == Shape([.batch] + output.map { Dimension($0) }))

    // And what the shape promises can be computed, in both ways alike.
    let key = RandomKey(seed: 5).folding(type)
    func values(_ count: Int, row: Int) -> [Float] {
      (0..<count).map { key.uniform(row: row, index: $0) - 0.5 }
    }
    let batch = 3
    let images = values(batch * input.reduce(1, *), row: 0)
    let variables = Variables()
    var named = ["x": images.map { Double($0) }]
    for (row, parameter) in parameters.enumerated() {
      let value = values(parameter.count, row: row + 1)
      variables[parameter.name] = Tensor(value, shape: parameter.shape)
      named[parameter.name] = value.map { Double($0) }
    }
    let program = Program(
      results: [y], variables: variables, capacity: 4, device: Device(threads: 1))
    program.write(Tensor(images, shape: [batch] + input), to: x)
    program.run(batch: batch)
    var reference = ReferenceInterpreter(batch: batch, values: named)
    let expected = reference.value(of: y)
    let found = program.read(y)
    #expect(found.shape == [batch] + output && expected.shape == found.shape)
    let error = zip(found.floats, expected.elements).map { abs(Double($0) - $1) }.max() ?? 0
    #expect(error < 1e-5)
  }

  @Test func parametersAreCounted() throws {
    func count(_ type: String, _ text: String) throws -> Int {
      try Self.layer(type, text).parameters(for: Self.input(of: type)).reduce(0) { $0 + $1.count }
    }
    #expect(try count("convolution", #"{"filters": 4, "kernel": [2, 5]}"#) == 2 * 5 * 2 * 4 + 4)
    #expect(try count("dense", #"{"units": 5}"#) == 60)
    #expect(try count("flatten", "{}") == 0)
    #expect(try count("max-pool", #"{"window": 2}"#) == 0)
  }
}
