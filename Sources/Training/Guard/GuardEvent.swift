internal import Configurations

/// What the guard saw or did in a run of training.
public struct GuardEvent: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The training's own attack fools the model much less than the probe does.
    case collapse
    /// The model is right more often on adversarial examples than on clean ones: they tell the
    /// label (Kurakin, Goodfellow & Bengio 2017, section 4.2).
    case labelLeaking = "label-leaking"
    /// Weights and optimizer state are those of the last healthy epoch again.
    case rollback
    /// The training goes on with another attack.
    case healing
    /// The run ended because nothing was left to try, or nothing was to be tried.
    case end
  }

  public let kind: Kind
  /// Counted from 1.
  public let epoch: Int
  /// The steps taken in the epoch.
  public let step: Int
  public let message: String

  init(_ kind: Kind, epoch: Int, step: Int, _ message: String) {
    self.kind = kind
    self.epoch = epoch
    self.step = step
    self.message = message
  }

  init(_ object: ConfigurationObject) throws(ConfigurationError) {
    var object = object
    kind = try object.required(
      "kind", object.choice("kind", among: Kind.allCases, named: \.rawValue))
    epoch = try object.required("epoch", object.integer("epoch", in: 1...Int.max))
    step = try object.required("step", object.integer("step", in: 0...Int.max))
    message = try object.required("message", object.string("message"))
    try object.finish()
  }

  var configuration: JSONValue {
    .object([
      "kind": .string(kind.rawValue), "epoch": .integer(epoch), "step": .integer(step),
      "message": .string(message),
    ])
  }
}
