internal import Configurations

/// What one epoch came to.
public struct EpochRecord: Hashable, Sendable {
  /// Counted from 1.
  public let epoch: Int
  /// The mean loss of the steps, α · clean + (1 − α) · adversarial.
  public let trainingLoss: Double
  /// The figures on the validation part; nil without one.
  public let validation: Probe?

  /// A model's figures on held-out examples.
  public struct Probe: Hashable, Sendable {
    /// α · clean + (1 − α) · adversarial: what selects the best epoch.
    public let loss: Double
    public let cleanAccuracy: Double
    /// Under the training's attack; single-step, so no evidence of robustness.
    public let adversarialAccuracy: Double
  }

  var configuration: JSONValue {
    var values: [String: JSONValue] = [
      "epoch": .integer(epoch), "trainingLoss": .number(trainingLoss),
    ]
    if let validation {
      values["validation"] = .object([
        "loss": .number(validation.loss), "cleanAccuracy": .number(validation.cleanAccuracy),
        "adversarialAccuracy": .number(validation.adversarialAccuracy),
      ])
    }
    return .object(values)
  }
}
