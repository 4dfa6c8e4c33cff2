internal import Configurations

/// What one epoch, or the part of it before a rollback, came to.
public struct EpochRecord: Hashable, Sendable {
  /// Counted from 1.
  public let epoch: Int
  /// The steps taken in it.
  public let steps: Int
  /// The mean of the objective over the steps.
  public let trainingLoss: Double
  /// The least cosine between gradients at images and around them that was seen in the epoch.
  public var alignment: Double?
  /// The figures on the validation part; nil without one.
  public let validation: Probe?
  /// What the guard saw and did.
  public var events: [GuardEvent] = []
  /// Whether its weights were given up.
  public var isRolledBack = false

  /// A model's figures on held-out examples.
  public struct Probe: Hashable, Sendable {
    /// The mean clean cross-entropy.
    public let loss: Double
    public let cleanAccuracy: Double
    /// Nil in a training without an adversary.
    public var attacked: Attacked?
  }

  /// A model's figures on the examples that a probe attacked.
  public struct Attacked: Hashable, Sendable {
    /// How many examples they are.
    public let count: Int
    /// As they are.
    public let cleanAccuracy: Double
    /// As the training's own attack makes them; after a single step no evidence of robustness.
    public let ownAccuracy: Double
    /// Of those that the guard's attack could not break.
    public let robustAccuracy: Double
    /// The mean cross-entropy under the training's own attack.
    public let loss: Double
  }
}
