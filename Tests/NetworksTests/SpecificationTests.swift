import Autodiff
import BundledFiles
import Configurations
import ModelFixtures
import Networks
import Testing

@Suite struct SpecificationTests {
  @Test(arguments: BundledConfiguration.modelNames)
  func bundledModelsAreModels(name: String) throws {
    let bytes = try #require(BundledConfiguration.model(named: name))
    let value = try JSONValue(parsing: bytes, source: name)
    let specification = try ModelSpecification(ConfigurationObject(value, place: name))
    #expect(specification.name == name)
    _ = try Model(specification)
  }

  @Test(arguments: [
    ("cnn", (4 * 4 * 1 + 1) * 32 + (12 * 12 * 32 + 1) * 128 + (128 + 1) * 10),
    ("mlp", (28 * 28 + 1) * 128 + (128 + 1) * 10),
  ])
  func parameterCounts(name: String, count: Int) throws {
    let bytes = try #require(BundledConfiguration.model(named: name))
    let value = try JSONValue(parsing: bytes, source: name)
    let model = try Model(ModelSpecification(ConfigurationObject(value, place: name)))
    #expect(model.parameterCount == count)
    #expect(model.classCount == 10)
  }

  @Test(arguments: BundledConfiguration.modelNames)
  func theConfigurationIsTheSpecificationAgain(name: String) throws {
    let bytes = try #require(BundledConfiguration.model(named: name))
    let value = try JSONValue(parsing: bytes, source: name)
    let first = try ModelSpecification(ConfigurationObject(value, place: name))
    let text = first.configuration.text
    let again = try Models.specification(text)
    #expect(again == first)
    #expect(again.configuration.text == text)
  }

  static let dense = #"{"type": "dense", "units": 2}"#

  @Test(arguments: [
    ("{}", "test: the key 'name' is missing"),
    (
      #"{"name": "", "input": 1, "layers": []}"#,
      "test: name: a name has 1 to 100 printable characters"
    ),
    (
      #"{"name": "a\n\u001b[2J", "input": 1, "layers": []}"#,
      "test: name: a name has 1 to 100 printable characters"
    ),
    (#"{"name": "a", "layers": []}"#, "test: the key 'input' is missing"),
    (
      #"{"name": "a", "input": [28, 28], "layers": []}"#,
      "test: input: a list of 3 numbers is needed, not of 2"
    ),
    (#"{"name": "a", "input": 0, "layers": []}"#, "test: input: 0 is outside 1…4096"),
    (
      #"{"name": "a", "input": 1, "layers": []}"#,
      "test: layers: a model has 1 to 1000 layers, not 0"
    ),
    (
      #"{"name": "a", "input": 1, "layers": [{}]}"#,
      "test: layers[0]: the key 'type' is missing"
    ),
    (
      #"{"name": "a", "input": 1, "layers": [{"type": "Dense"}]}"#,
      "test: layers[0]: type: 'Dense' is unknown; did you mean 'dense'?"
    ),
    (
      #"{"name": "a", "input": 1, "layers": [{"type": "attention"}]}"#,
      "test: layers[0]: type: 'attention' is unknown; known are convolution, dense, flatten, "
        + "max-pool"
    ),
    (
      #"{"name": "a", "input": 1, "layers": [{"type": "dense", "units": 2, "activation": "rleu"}]}"#,
      "test: layers[0]: activation: 'rleu' is unknown; did you mean 'relu'?"
    ),
    (
      #"{"name": "a", "input": 1, "layers": [{"type": "dense", "units": 2, "unit": 3}]}"#,
      "test: layers[0]: unknown key 'unit'; did you mean 'units'?"
    ),
    (
      #"{"name": "a", "input": 1, "layers": [{"type": "flatten"}], "layer": 1}"#,
      "test: unknown key 'layer'; did you mean 'layers'?"
    ),
  ])
  func mistakes(text: String, message: String) throws {
    let error = try #require(throws: ConfigurationError.self) { try Models.specification(text) }
    #expect(error.description == message)
  }

  @Test(arguments: [
    (dense, "layers[0] (dense): it takes a vector, not [8, 6, 3]; put a flatten layer before it"),
    (
      #"{"type": "flatten"}, {"type": "dense", "units": 1}"#,
      #"the model ends in [1]; its last layer must give one logit a class, such as {"type": "dense", "units": 10}"#
    ),
    (#"{"type": "max-pool", "window": 2}"#, "the model ends in [4, 3, 3]; its last layer"),
    (
      #"{"type": "convolution", "filters": 1, "kernel": [3, 7]}"#,
      "layers[0] (convolution): a window of [3, 7] does not fit on [8, 6, 3] with padding [0, 0]"
    ),
    (
      #"{"type": "max-pool", "window": 2}, {"type": "max-pool", "window": 9, "padding": 1}"#,
      "layers[1] (max-pool): a window of [9, 9] does not fit on [4, 3, 3] with padding [1, 1]"
    ),
    (
      #"{"type": "max-pool", "window": [2, 3], "padding": [0, 2]}"#,
      "layers[0] (max-pool): padding [0, 2] must be smaller than the window [2, 3]"
    ),
    (
      #"{"type": "flatten"}, {"type": "max-pool", "window": 2}"#,
      "layers[1] (max-pool): it takes an image [H, W, C], not [144]"
    ),
    (
      #"{"type": "flatten"}, {"type": "dense", "units": 65536}, {"type": "dense", "units": 65536}"#,
      "the model has 4304535552 parameters; at most 500000000 are supported"
    ),
  ])
  func layersThatDoNotFit(layers: String, message: String) throws {
    let error = try #require(throws: ModelError.self) {
      try Models.model(input: [8, 6, 3], layers: layers)
    }
    #expect(error.description.hasPrefix(message))
    #expect(!error.description.contains("\n"))
  }

  /// Extents whose products leave the range of integers must end in an error, too.
  @Test func sizesDoNotOverflow() throws {
    let convolution =
      #"{"type": "convolution", "filters": 65536, "kernel": 1024, "padding": 1024}"#
    let layers = Array(repeating: convolution, count: 20).joined(separator: ", ")
    #expect(throws: ModelError.self) {
      try Models.model(input: [4096, 4096, 4096], layers: layers)
    }
    #expect(throws: ModelError.self) {
      try Models.model(
        input: [4096, 4096, 4096], layers: #"{"type": "flatten"}, "# + Self.dense)
    }
  }

  @Test func parametersAreNamedByTheirLayers() throws {
    let model = try Models.cnn()
    #expect(
      model.parameters.map(\.name) == [
        "layers.0.weights", "layers.0.biases", "layers.3.weights", "layers.3.biases",
      ])
    #expect(model.parameters.map(\.shape) == [[3, 3, 1, 3], [3], [27, 2], [2]])
  }
}
