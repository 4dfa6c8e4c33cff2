public import Autodiff
public import Configurations

/// The rule by which parameters follow their gradients, as expressions.
///
/// To add one, write a file in `Optimizers/` and a line in ``OptimizerCatalog``.
public protocol Optimizer: Sendable {
  /// The value of `"type"` in a recipe.
  static var type: String { get }

  /// Reads the optimizer's own keys.
  init(_ object: inout ConfigurationObject) throws(ConfigurationError)

  /// The keys that `init` reads, with their values. Settings that an optimizer was given later, such
  /// as Adam's weight decay, are left out where they are off, so that the text of a recipe stays as
  /// it was.
  var configuration: [String: JSONValue] { get }

  var learningRate: Double { get set }

  /// What becomes of the parameters and of the optimizer's own variables.
  func updates(_ gradients: [(parameter: Expression, gradient: Expression)]) -> [Program.Update]

  /// Gives the scalar inputs that the updates read and their values, for a step counted from 1.
  /// Computed in Double by multiplication, so that they have the same bits everywhere.
  ///
  /// - Parameter rateFactor: what the schedule multiplies the learning rate by.
  func forEachScalar(step: Int, rateFactor: Double, _ body: (String, Float) -> Void)
}

extension Optimizer {
  /// The scalar inputs' values by their names.
  public func scalars(step: Int, rateFactor: Double) -> [String: Float] {
    var scalars: [String: Float] = [:]
    forEachScalar(step: step, rateFactor: rateFactor) { scalars[$0] = $1 }
    return scalars
  }
}

/// The optimizers that a recipe can name.
public enum OptimizerCatalog {
  public static let all: [any Optimizer.Type] = [
    Adam.self,
    AdamW.self,
    SGD.self,
  ]

  /// Reads `"type"` and the optimizer's own keys, strictly.
  public static func optimizer(
    _ object: ConfigurationObject
  ) throws(ConfigurationError) -> any Optimizer {
    var object = object
    let type = try object.choice("type", among: all) { $0.type } ?? Adam.self
    let optimizer = try type.init(&object)
    try object.finish()
    return optimizer
  }

  /// Reads a text such as `sgd:momentum=0.9,nesterov=true`.
  public static func optimizer(_ text: String) throws(ConfigurationError) -> any Optimizer {
    try optimizer(NamedSettings(text, kind: "optimizer", nameKey: "type").object)
  }

  /// What a learning rate may be.
  public static let learningRates = 0.0...100

  /// What a weight decay may be.
  public static let weightDecays = 0.0...100
}

extension Expression {
  /// This gradient with that of ½ · weightDecay · ‖parameter‖² added; itself where there is no
  /// decay.
  func penalized(by weightDecay: Double, for parameter: Expression) -> Expression {
    weightDecay > 0 ? self + Float(weightDecay) * parameter : self
  }
}

extension Graph {
  /// A variable of an optimizer's state, of a parameter's shape.
  func state(_ name: String, of parameter: Expression) -> Expression {
    guard let variable = parameter.variableName else {
      preconditionFailure("Optimizer: only variables can be trained, not \(parameter.type)")
    }
    return self.variable("\(name).\(variable)", shape: parameter.shape.extents(batch: 0))
  }
}
