public import Autodiff
public import Configurations

/// Stochastic gradient descent with momentum (Sutskever et al. 2013, as in every framework:
/// velocity ← momentum · velocity + gradient; parameter ← parameter − rate · velocity).
///
/// Nesterov's momentum is subtracted in PyTorch's form, gradient + momentum · velocity with the new
/// velocity. Weight decay is an L2 penalty: a share of the parameter added to its gradient first.
public struct SGD: Optimizer {
  public static let type = "sgd"

  public var learningRate: Double
  public let momentum: Double
  public let nesterov: Bool
  /// The share of a parameter that is added to its gradient.
  public let weightDecay: Double

  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    learningRate = try object.number("learningRate", in: OptimizerCatalog.learningRates) ?? 0.01
    momentum = try object.number("momentum", in: 0...0.999_999) ?? 0.9
    nesterov = try object.boolean("nesterov") ?? false
    weightDecay = try object.number("weightDecay", in: OptimizerCatalog.weightDecays) ?? 0
    guard momentum > 0 || !nesterov else {
      throw .invalid(place: object.place(of: "nesterov"), "a momentum above 0 is needed with it")
    }
  }

  public var configuration: [String: JSONValue] {
    var values: [String: JSONValue] = [
      "learningRate": .number(learningRate), "momentum": .number(momentum),
    ]
    if nesterov { values["nesterov"] = .boolean(true) }
    if weightDecay > 0 { values["weightDecay"] = .number(weightDecay) }
    return values
  }

  public func updates(
    _ gradients: [(parameter: Expression, gradient: Expression)]
  ) -> [Program.Update] {
    gradients.flatMap { parameter, gradient -> [Program.Update] in
      let rate = parameter.graph.input("sgd.rate", shape: [])
      let gradient = gradient.penalized(by: weightDecay, for: parameter)
      guard momentum > 0 else { return [(parameter, parameter - rate * gradient)] }
      let velocity = parameter.graph.state("sgd.velocity", of: parameter)
      let newVelocity = Float(momentum) * velocity + gradient
      let direction = nesterov ? gradient + Float(momentum) * newVelocity : newVelocity
      return [(velocity, newVelocity), (parameter, parameter - rate * direction)]
    }
  }

  public func forEachScalar(step: Int, rateFactor: Double, _ body: (String, Float) -> Void) {
    body("sgd.rate", Float(learningRate * rateFactor))
  }
}
