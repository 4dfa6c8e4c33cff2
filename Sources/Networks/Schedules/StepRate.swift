public import Configurations

/// The learning rate is multiplied by a factor at every milestone, as in the training of ResNets
/// (He et al. 2016).
public struct StepRate: LearningRateCurve {
  public static let type = "step"

  /// Shares of the whole run, its warm-up included: of 200 epochs, 0.5 is after the 100th.
  public let milestones: [Double]
  public let factor: Double

  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    milestones = try object.numbers("milestones", in: 0...1) ?? [0.5, 0.75]
    factor = try object.number("factor", in: 0...1) ?? 0.1
  }

  public var configuration: [String: JSONValue] {
    ["milestones": .array(milestones.map { .number($0) }), "factor": .number(factor)]
  }

  public func factor(step: Int, of count: Int, warmup: Int) -> Double {
    // A quotient of two whole numbers is the very number that a milestone such as 0.07 is read as.
    let share = Double(step - 1) / Double(count)
    return power(factor, milestones.count { $0 <= share })
  }
}
