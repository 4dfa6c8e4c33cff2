public import Configurations

/// The learning rate stays as it is.
public struct ConstantRate: LearningRateCurve {
  public static let type = "constant"

  public init() {}

  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {}

  public var configuration: [String: JSONValue] { [:] }

  public func factor(step: Int, of count: Int, warmup: Int) -> Double { 1 }
}
