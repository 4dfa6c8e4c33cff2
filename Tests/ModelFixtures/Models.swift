package import Autodiff
internal import Configurations
package import Networks

/// Small models with pseudo-random values, for the tests of everything above them.
package enum Models {
  package static func specification(_ text: String) throws -> ModelSpecification {
    let value = try JSONValue(parsing: Array(text.utf8), source: "test")
    return try ModelSpecification(ConfigurationObject(value, place: "test"))
  }

  package static func model(input: [Int], layers: String) throws -> Model {
    try Model(specification(#"{"name": "test", "input": \#(input), "layers": [\#(layers)]}"#))
  }

  /// One matrix.
  package static func linear(input: [Int] = [6, 6, 1], classes: Int = 2) throws -> Model {
    try model(
      input: input, layers: #"{"type": "flatten"}, {"type": "dense", "units": \#(classes)}"#)
  }

  package static func mlp(input: [Int] = [6, 6, 1], classes: Int = 2) throws -> Model {
    try model(
      input: input,
      layers: #"""
        {"type": "flatten"}, {"type": "dense", "units": 9, "activation": "relu"},
        {"type": "dense", "units": \#(classes)}
        """#)
  }

  package static func cnn(input: [Int] = [6, 6, 1], classes: Int = 2) throws -> Model {
    try model(
      input: input,
      layers: #"""
        {"type": "convolution", "filters": 3, "kernel": 3, "padding": 1, "activation": "relu"},
        {"type": "max-pool", "window": 2}, {"type": "flatten"},
        {"type": "dense", "units": \#(classes)}
        """#)
  }

  /// Values for every parameter, the biases too.
  package static func values(_ model: Model, seed: UInt64) -> [Tensor] {
    let key = RandomKey(seed: seed).folding("test")
    return model.parameters.enumerated().map { row, parameter in
      Tensor(
        (0..<parameter.count).map { key.uniform(row: row, index: $0) - 0.5 },
        shape: parameter.shape)
    }
  }

  package static func variables(_ model: Model, _ values: [Tensor]) -> Variables {
    let variables = Variables()
    for (parameter, value) in zip(model.parameters, values) { variables[parameter.name] = value }
    return variables
  }
}
