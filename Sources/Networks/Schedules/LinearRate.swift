public import Configurations

/// The learning rate falls in equal parts down to 0, so that the last weights are not tossed about
/// by the last batches.
public struct LinearRate: LearningRateCurve {
  public static let type = "linear"

  public init() {}

  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {}

  public var configuration: [String: JSONValue] { [:] }

  public func factor(step: Int, of count: Int, warmup: Int) -> Double {
    Double(count - step + 1) / Double(count - warmup)
  }
}
