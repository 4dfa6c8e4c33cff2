public import Configurations
public import Datasets
public import Networks

/// A training as a user writes it: everything that its result depends on, but the model's layers and
/// the images themselves.
public struct Recipe: Sendable {
  /// The name of a bundled model, or the path of a specification.
  public var model: String
  public var dataset: String
  public var seed: Int
  public var epochs: Int
  public var batchSize: Int
  public var optimizer: any Optimizer
  public var schedule: LearningRateSchedule
  /// The longest that a step's gradient may be, of all parameters together in L2; nil for any.
  public var gradientLimit: Double?
  /// Whether a moving average of the weights is kept beside them.
  public var movingAverage: ExponentialMovingAverage?
  /// The share of every label that all classes take in equal parts.
  public var labelSmoothing: Double
  public var augmentation: Augmentation
  /// The two must fit: ``Objective/check(_:place:)``.
  public var objective: any Objective
  public var adversary: Adversary
  public var guarding: GuardSettings
  /// The size of the validation part; nil for a tenth, 0 for none.
  public var validation: Int?
  /// How many epochs without a better figure end the training; nil to run them all.
  public var patience: Int?
  /// The figure that patience waits for; nil for the one that selects the epoch.
  public var patienceFigure: Figure?
  /// Only the first examples of the training and of the test set; nil for all.
  public var limit: Int?

  /// What numbers of epochs and sizes of batches may be.
  public static let epochCounts = 1...1_000_000
  public static let batchSizes = 1...65_536

  public static let gradientLimits = 1e-6...1e6
  public static let labelSmoothings = 0.0...1

  /// Reads a recipe strictly; what is missing has the value of the tutorials.
  public init(_ object: ConfigurationObject) throws(ConfigurationError) {
    var object = object
    model = try object.string("model") ?? "cnn"
    dataset = try object.string("dataset") ?? "mnist-5k"
    seed = try object.integer("seed", in: 0...Int.max) ?? 0
    epochs = try object.integer("epochs", in: Self.epochCounts) ?? 10
    batchSize = try object.integer("batchSize", in: Self.batchSizes) ?? 32
    optimizer = try OptimizerCatalog.optimizer(object.section("optimizer"))
    schedule = try LearningRateSchedule("schedule", of: &object) ?? .constant
    gradientLimit = try object.number("gradientLimit", in: Self.gradientLimits)
    movingAverage = try object.number(
      "movingAverage", in: ExponentialMovingAverage.decays
    ).map { ExponentialMovingAverage(decay: $0) }
    labelSmoothing = try object.number("labelSmoothing", in: Self.labelSmoothings) ?? 0
    augmentation = try Self.augmentation(object.section("augmentation"))
    var adversarial = try object.section("adversarial")
    objective = try ObjectiveCatalog.objective(in: &adversarial)
    adversary = try Adversary(&adversarial)
    try adversarial.finish()
    try objective.check(adversary, place: adversarial.place)
    validation = try object.integer("validation", in: 0...Int.max)
    var stopping = try object.object("earlyStopping")
    let patience = try stopping?.integer("patience", in: Self.epochCounts)
    self.patience = patience ?? (stopping == nil ? nil : 1)
    patienceFigure = try stopping?.choice(
      "figure", among: Figure.allCases, named: \.rawValue)
    try stopping?.finish()
    guarding = try GuardSettings(object.section("guard"))
    limit = try object.integer("limit", in: 1...Int.max)
    try object.finish()
  }

  private static func augmentation(
    _ object: ConfigurationObject
  ) throws(ConfigurationError) -> Augmentation {
    var object = object
    let augmentation = Augmentation(
      shift: try object.integer("shift", in: Augmentation.shifts) ?? 0,
      flips: try object.boolean("flips") ?? false)
    try object.finish()
    return augmentation
  }

  /// The recipe with every value spelled out.
  public var configuration: JSONValue {
    var values: [String: JSONValue] = [
      "model": .string(model), "dataset": .string(dataset), "seed": .integer(seed),
      "epochs": .integer(epochs), "batchSize": .integer(batchSize),
      "optimizer": .object(
        optimizer.configuration.merging(["type": .string(type(of: optimizer).type)]) { $1 }),
      "schedule": schedule.configuration,
      "adversarial": .object(
        adversary.configuration.merging(objective.configuration) { $1 }
          .merging(["objective": .string(type(of: objective).name)]) { $1 }),
    ]
    if let gradientLimit { values["gradientLimit"] = .number(gradientLimit) }
    if let movingAverage { values["movingAverage"] = .number(movingAverage.decay) }
    if labelSmoothing > 0 { values["labelSmoothing"] = .number(labelSmoothing) }
    if augmentation != .none {
      values["augmentation"] = .object([
        "shift": .integer(augmentation.shift), "flips": .boolean(augmentation.flips),
      ])
    }
    if let validation { values["validation"] = .integer(validation) }
    if let patience {
      var stopping: [String: JSONValue] = ["patience": .integer(patience)]
      if let patienceFigure { stopping["figure"] = .string(patienceFigure.rawValue) }
      values["earlyStopping"] = .object(stopping)
    }
    if objective.isAdversarial { values["guard"] = guarding.configuration }
    if let limit { values["limit"] = .integer(limit) }
    return .object(values)
  }
}
