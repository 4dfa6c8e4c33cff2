public import Autodiff
public import Configurations

/// Stochastic gradient descent with momentum (Sutskever et al. 2013, as in every framework:
/// velocity ← momentum · velocity + gradient; parameter ← parameter − rate · velocity).
public struct SGD: Optimizer {
  public static let type = "sgd"

  public var learningRate: Double
  public let momentum: Double

  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    learningRate = try object.number("learningRate", in: OptimizerCatalog.learningRates) ?? 0.01
    momentum = try object.number("momentum", in: 0...0.999_999) ?? 0.9
  }

  public var configuration: [String: JSONValue] {
    ["learningRate": .number(learningRate), "momentum": .number(momentum)]
  }

  public func updates(
    _ gradients: [(parameter: Expression, gradient: Expression)]
  ) -> [Program.Update] {
    gradients.flatMap { parameter, gradient -> [Program.Update] in
      let rate = parameter.graph.input("sgd.rate", shape: [])
      guard momentum > 0 else { return [(parameter, parameter - rate * gradient)] }
      let velocity = parameter.graph.state("sgd.velocity", of: parameter)
      let newVelocity = Float(momentum) * velocity + gradient
      return [(velocity, newVelocity), (parameter, parameter - rate * newVelocity)]
    }
  }

  public func scalars(step: Int, rateFactor: Double) -> [String: Float] {
    ["sgd.rate": Float(learningRate * rateFactor)]
  }
}
