import Autodiff
import Configurations
import Networks
import Testing

@Suite struct OptimizerTests {
  static func optimizer(_ type: String, _ text: String) throws -> any Optimizer {
    let found = try #require(OptimizerCatalog.all.first { $0.type == type })
    var object = try ConfigurationObject(
      JSONValue(parsing: Array(text.utf8), source: "optimizer"), place: "optimizer")
    let optimizer = try found.init(&object)
    try object.finish()
    return optimizer
  }

  static let count = 7
  static let first = (0..<count).map { Float($0) - 3 }

  /// The gradient of step t: some of its elements are always zero.
  static func gradient(step: Int) -> [Float] {
    let key = RandomKey(seed: 11).folding(step)
    return (0..<count).map { $0 == 3 ? 0 : key.uniform(row: 0, index: $0) * 4 - 2 }
  }

  /// The parameter after every step, through a program.
  static func run(_ optimizer: any Optimizer, steps: Int) -> [[Float]] {
    let graph = Graph()
    let parameter = graph.variable("w", shape: [count])
    let gradient = graph.input("gradient", shape: Shape([count]))
    let updates = optimizer.updates([(parameter: parameter, gradient: gradient)])
    let variables = Variables()
    variables["w"] = Tensor(first, shape: [count])
    let program = Program(
      results: [], updates: updates, variables: variables, capacity: 1, device: Device(threads: 1))
    return (1...steps).map { step in
      program.write(Tensor(Self.gradient(step: step), shape: [count]), to: gradient)
      for (name, value) in optimizer.scalars(step: step, rateFactor: 1) {
        program.write(value, to: graph.input(name, shape: []))
      }
      program.run(batch: 1)
      return variables["w"].floats
    }
  }

  static func expectNear(_ found: [[Float]], _ expected: [[Double]]) {
    for (step, (found, expected)) in zip(found, expected).enumerated() {
      let error = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
      #expect(error < 1e-5, "step \(step + 1)")
    }
  }

  @Test func adamIsAlgorithm1() throws {
    let settings = #"{"learningRate": 0.1, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3}"#
    let found = Self.run(try Self.optimizer("adam", settings), steps: 12)
    var (w, m, v) = (
      Self.first.map { Double($0) }, [Double](repeating: 0, count: Self.count),
      [Double](repeating: 0, count: Self.count)
    )
    var expected: [[Double]] = []
    var (power1, power2) = (1.0, 1.0)
    for step in 1...12 {
      power1 *= 0.8
      power2 *= 0.95
      for (index, gradient) in Self.gradient(step: step).enumerated() {
        let g = Double(gradient)
        m[index] = 0.8 * m[index] + 0.2 * g
        v[index] = 0.95 * v[index] + 0.05 * g * g
        let (mean, square) = (m[index] / (1 - power1), v[index] / (1 - power2))
        w[index] -= 0.1 * mean / (square.squareRoot() + 1e-3)
      }
      expected.append(w)
    }
    Self.expectNear(found, expected)
  }

  @Test(arguments: [0, 0.9])
  func sgdFollowsItsVelocity(momentum: Double) throws {
    let settings = #"{"learningRate": 0.05, "momentum": \#(momentum)}"#
    let found = Self.run(try Self.optimizer("sgd", settings), steps: 12)
    var (w, velocity) = (Self.first.map { Double($0) }, [Double](repeating: 0, count: Self.count))
    var expected: [[Double]] = []
    for step in 1...12 {
      for (index, gradient) in Self.gradient(step: step).enumerated() {
        velocity[index] = momentum * velocity[index] + Double(gradient)
        w[index] -= 0.05 * velocity[index]
      }
      expected.append(w)
    }
    Self.expectNear(found, expected)
  }

  @Test(arguments: OptimizerCatalog.all.map { $0.type })
  func theConfigurationIsTheOptimizerAgain(type: String) throws {
    var optimizer = try Self.optimizer(type, "{}")
    optimizer.learningRate = 0.25
    let text = JSONValue.object(optimizer.configuration).text
    let again = try Self.optimizer(type, text)
    #expect(again.learningRate == 0.25)
    #expect(JSONValue.object(again.configuration).text == text)
    #expect(Self.run(again, steps: 3) == Self.run(optimizer, steps: 3))
  }

  /// Settings that are off are not in the text of a recipe, and those that are on are.
  @Test(arguments: [
    ("adam", #"{"weightDecay": 0}"#, ["beta1", "beta2", "epsilon", "learningRate"]),
    ("sgd", #"{"weightDecay": 0, "nesterov": false}"#, ["learningRate", "momentum"]),
    (
      "adam", #"{"weightDecay": 0.1}"#,
      ["beta1", "beta2", "epsilon", "learningRate", "weightDecay"]
    ),
    (
      "sgd", #"{"weightDecay": 0.1, "nesterov": true}"#,
      ["learningRate", "momentum", "nesterov", "weightDecay"]
    ),
    (
      "adamw", #"{"weightDecay": 0}"#,
      ["beta1", "beta2", "epsilon", "learningRate", "weightDecay"]
    ),
  ])
  func theConfigurationHasWhatIsOn(type: String, text: String, keys: [String]) throws {
    let optimizer = try Self.optimizer(type, text)
    #expect(optimizer.configuration.keys.sorted() == keys)
    let again = try Self.optimizer(type, JSONValue.object(optimizer.configuration).text)
    #expect(again.configuration == optimizer.configuration)
    #expect(Self.run(again, steps: 3) == Self.run(optimizer, steps: 3))
  }

  /// Without weight decay AdamW has Adam's bits.
  @Test func adamWWithoutDecayIsAdam() throws {
    let plain = try Self.optimizer("adamw", #"{"weightDecay": 0}"#)
    #expect(Self.run(plain, steps: 5) == Self.run(try Self.optimizer("adam", "{}"), steps: 5))
  }

  /// The nodes of a step on one parameter.
  static func nodes(_ step: (_ parameter: Expression, _ gradient: Expression) -> Void) -> [String] {
    let graph = Graph()
    step(graph.variable("w", shape: [3]), graph.input("gradient", shape: [3]))
    return graph.nodes.map { "\($0.operation) of \($0.operands)" }
  }

  /// Settings that are off add nothing to the graph: it is node for node the plain rule.
  @Test func whatIsOffIsNotInTheGraph() throws {
    let adam = try Self.optimizer("adam", #"{"weightDecay": 0}"#)
    #expect(
      Self.nodes { _ = adam.updates([(parameter: $0, gradient: $1)]) }
        == Self.nodes { w, gradient in
          let rate = w.graph.input("adam.rate", shape: [])
          let correction = w.graph.input("adam.correction", shape: [])
          let mean = w.graph.variable("adam.mean.w", shape: [3])
          let square = w.graph.variable("adam.square.w", shape: [3])
          let newMean = Float(0.9) * mean + Float(1 - 0.9) * gradient
          let newSquare = Float(0.999) * square + Float(1 - 0.999) * (gradient * gradient)
          let root = (newSquare * correction).squareRoot() + Float(1e-8)
          _ = w - newMean * rate / root
        })
    let sgd = try Self.optimizer("sgd", #"{"weightDecay": 0, "nesterov": false}"#)
    #expect(
      Self.nodes { _ = sgd.updates([(parameter: $0, gradient: $1)]) }
        == Self.nodes { w, gradient in
          let rate = w.graph.input("sgd.rate", shape: [])
          let velocity = w.graph.variable("sgd.velocity.w", shape: [3])
          _ = w - rate * (Float(0.9) * velocity + gradient)
        })
  }

  @Test(arguments: OptimizerCatalog.all.map { $0.type })
  func aRateOfZeroMovesNothing(type: String) throws {
    var optimizer = try Self.optimizer(type, "{}")
    optimizer.learningRate = 0
    #expect(Self.run(optimizer, steps: 3).last == Self.first)
  }

  @Test(arguments: [
    ("adam", #"{"momentum": 0.9}"#, "known are beta1, beta2, epsilon, learningRate, weightDecay"),
    ("adam", #"{"beta1": 1}"#, "optimizer: beta1: 1 is outside 0…0.999999"),
    ("adam", #"{"epsilon": 0}"#, "optimizer: epsilon: 0 is outside 1e-12…1"),
    ("adam", #"{"learning_rate": 0.1}"#, "did you mean 'learningRate'?"),
    ("sgd", #"{"momentum": -0.1}"#, "optimizer: momentum: -0.1 is outside 0…0.999999"),
    ("sgd", #"{"weightDecay": -1}"#, "optimizer: weightDecay: -1 is outside 0…100"),
    (
      "sgd", #"{"momentum": 0, "nesterov": true}"#,
      "optimizer: nesterov: a momentum above 0 is needed with it"
    ),
    ("adamw", #"{"nesterov": true}"#, "known are beta1, beta2, epsilon, learningRate, weightDecay"),
    ("sgd", #"{"learningRate": "fast"}"#, "a number is needed, not a text"),
  ])
  func mistakes(type: String, text: String, message: String) throws {
    let error = try #require(throws: ConfigurationError.self) { try Self.optimizer(type, text) }
    #expect(error.description.hasSuffix(message))
  }
}
