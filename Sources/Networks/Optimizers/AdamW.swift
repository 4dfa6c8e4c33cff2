public import Autodiff
public import Configurations

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019, "Decoupled weight decay
/// regularization"): parameter ← parameter − rate · decay · parameter − Adam's step, where the rate
/// is the scheduled one. Every parameter decays, biases included.
public struct AdamW: Optimizer {
  public static let type = "adamw"

  private var adam: Adam
  /// What is multiplied by the learning rate to give the share that a parameter loses in a step.
  public let weightDecay: Double

  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    weightDecay = try object.number("weightDecay", in: OptimizerCatalog.weightDecays) ?? 0.01
    adam = try Adam(&object, weightDecay: 0)
  }

  public var learningRate: Double {
    get { adam.learningRate }
    set { adam.learningRate = newValue }
  }

  public var configuration: [String: JSONValue] {
    adam.configuration.merging(["weightDecay": .number(weightDecay)]) { $1 }
  }

  public func updates(
    _ gradients: [(parameter: Expression, gradient: Expression)]
  ) -> [Program.Update] {
    gradients.flatMap { parameter, gradient -> [Program.Update] in
      let (moments, step) = adam.moments(of: parameter, gradient)
      let decay = parameter.graph.input("adamw.decay", shape: [])
      return moments + [(parameter, parameter - decay * parameter - step)]
    }
  }

  public func forEachScalar(step: Int, rateFactor: Double, _ body: (String, Float) -> Void) {
    adam.forEachScalar(step: step, rateFactor: rateFactor, body)
    body("adamw.decay", Float(learningRate * rateFactor * weightDecay))
  }
}
