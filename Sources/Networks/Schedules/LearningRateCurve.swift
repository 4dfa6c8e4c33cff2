public import Configurations

/// How the learning rate goes over the part of a run that follows the warm-up.
///
/// To add one, write a file in `Schedules/` and a line in ``ScheduleCatalog``.
public protocol LearningRateCurve: Sendable {
  /// The name in a recipe.
  static var type: String { get }

  /// Reads the curve's own keys; all of them have a default.
  init(_ object: inout ConfigurationObject) throws(ConfigurationError)

  /// The keys that `init` reads, with their values.
  var configuration: [String: JSONValue] { get }

  /// What the learning rate is multiplied by at a step. Computed in Double by sums, products and
  /// quotients alone, so that it has the same bits everywhere.
  ///
  /// - Parameters:
  ///   - step: counted from 1, in `warmup + 1 ... count`.
  ///   - count: the steps of the whole run.
  ///   - warmup: how many of them are over before the curve begins.
  func factor(step: Int, of count: Int, warmup: Int) -> Double
}

/// The schedules that a recipe can name.
public enum ScheduleCatalog {
  public static let all: [any LearningRateCurve.Type] = [
    ConstantRate.self,
    CosineRate.self,
    LinearRate.self,
    OneCycle.self,
    StepRate.self,
  ]
}
