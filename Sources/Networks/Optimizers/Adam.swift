public import Autodiff
public import Configurations

/// Adam (Kingma & Ba 2015, algorithm 1), with weight decay as an L2 penalty: the decay goes through
/// the moments like any gradient. ``AdamW`` keeps it out of them.
public struct Adam: Optimizer {
  public static let type = "adam"

  public var learningRate: Double
  public let beta1: Double
  public let beta2: Double
  public let epsilon: Double
  /// The share of a parameter that is added to its gradient.
  public let weightDecay: Double

  /// Adam with the paper's values.
  public static let standard = Adam(learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8)

  init(learningRate: Double, beta1: Double, beta2: Double, epsilon: Double) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    weightDecay = 0
  }

  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    let weightDecay = try object.number("weightDecay", in: OptimizerCatalog.weightDecays) ?? 0
    try self.init(&object, weightDecay: weightDecay)
  }

  /// Reads every key but that of the weight decay.
  init(_ object: inout ConfigurationObject, weightDecay: Double) throws(ConfigurationError) {
    learningRate = try object.number("learningRate", in: OptimizerCatalog.learningRates) ?? 0.001
    beta1 = try object.number("beta1", in: 0...0.999_999) ?? 0.9
    beta2 = try object.number("beta2", in: 0...0.999_999) ?? 0.999
    epsilon = try object.number("epsilon", in: 1e-12...1) ?? 1e-8
    self.weightDecay = weightDecay
  }

  public var configuration: [String: JSONValue] {
    var values: [String: JSONValue] = [
      "learningRate": .number(learningRate), "beta1": .number(beta1), "beta2": .number(beta2),
      "epsilon": .number(epsilon),
    ]
    if weightDecay > 0 { values["weightDecay"] = .number(weightDecay) }
    return values
  }

  public func updates(
    _ gradients: [(parameter: Expression, gradient: Expression)]
  ) -> [Program.Update] {
    gradients.flatMap { parameter, gradient -> [Program.Update] in
      let (moments, step) = moments(of: parameter, gradient)
      return moments + [(parameter, parameter - step)]
    }
  }

  /// What becomes of a parameter's moments, and the step to subtract from it.
  func moments(
    of parameter: Expression, _ gradient: Expression
  ) -> (updates: [Program.Update], step: Expression) {
    let graph = parameter.graph
    let rate = graph.input("adam.rate", shape: [])
    let correction = graph.input("adam.correction", shape: [])
    let mean = graph.state("adam.mean", of: parameter)
    let square = graph.state("adam.square", of: parameter)
    let gradient = gradient.penalized(by: weightDecay, for: parameter)
    let newMean = Float(beta1) * mean + Float(1 - beta1) * gradient
    let newSquare = Float(beta2) * square + Float(1 - beta2) * (gradient * gradient)
    let root = (newSquare * correction).squareRoot() + Float(epsilon)
    return ([(mean, newMean), (square, newSquare)], newMean * rate / root)
  }

  public func forEachScalar(step: Int, rateFactor: Double, _ body: (String, Float) -> Void) {
    body("adam.rate", Float(learningRate * rateFactor / (1 - power(beta1, step))))
    body("adam.correction", Float(1 / (1 - power(beta2, step))))
  }
}

/// A power by repeated squaring: multiplication alone has the same bits everywhere.
func power(_ base: Double, _ exponent: Int) -> Double {
  var (result, square, rest) = (1.0, base, exponent)
  while rest > 0 {
    if rest % 2 == 1 { result *= square }
    square *= square
    rest /= 2
  }
  return result
}
