public import Configurations
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
  /// The share of the adversarial loss, 1 − α, in 0…1.
  public var adversarialRatio: Double
  /// ε of the training's attack, in 0…1.
  public var epsilon: Double
  /// The size of the validation part; nil for a tenth, 0 for none.
  public var validation: Int?
  /// How many epochs without a better validation loss end the training; nil to run them all.
  public var patience: Int?
  /// Only the first examples of the training and of the test set; nil for all.
  public var limit: Int?

  /// What numbers of epochs and sizes of batches may be.
  public static let epochCounts = 1...1_000_000
  public static let batchSizes = 1...65_536

  /// Reads a recipe strictly; what is missing has the value of the tutorials.
  public init(_ object: ConfigurationObject) throws(ConfigurationError) {
    var object = object
    model = try object.string("model") ?? "cnn"
    dataset = try object.string("dataset") ?? "mnist-5k"
    seed = try object.integer("seed", in: 0...Int.max) ?? 0
    epochs = try object.integer("epochs", in: Self.epochCounts) ?? 10
    batchSize = try object.integer("batchSize", in: Self.batchSizes) ?? 32
    optimizer = try Self.optimizer(try object.object("optimizer"), place: object.place)
    schedule =
      try object.choice("schedule", among: LearningRateSchedule.allCases) { $0.rawValue }
      ?? .constant
    var adversarial = try object.object("adversarial")
    adversarialRatio = try adversarial?.number("ratio", in: 0...1) ?? 0
    epsilon = try adversarial?.number("epsilon", in: 0...1) ?? 0.1
    try adversarial?.finish()
    validation = try object.integer("validation", in: 0...Int.max)
    var stopping = try object.object("earlyStopping")
    let patience = try stopping?.integer("patience", in: Self.epochCounts)
    self.patience = patience ?? (stopping == nil ? nil : 1)
    try stopping?.finish()
    limit = try object.integer("limit", in: 1...Int.max)
    try object.finish()
  }

  private static func optimizer(
    _ object: ConfigurationObject?, place: String
  ) throws(ConfigurationError) -> any Optimizer {
    let defaults = try ConfigurationObject(.object([:]), place: place)
    var object = object ?? defaults
    let type = try object.choice("type", among: OptimizerCatalog.all) { $0.type } ?? Adam.self
    let optimizer = try type.init(&object)
    try object.finish()
    return optimizer
  }

  /// The recipe with every value spelled out.
  public var configuration: JSONValue {
    var values: [String: JSONValue] = [
      "model": .string(model), "dataset": .string(dataset), "seed": .integer(seed),
      "epochs": .integer(epochs), "batchSize": .integer(batchSize),
      "optimizer": .object(
        optimizer.configuration.merging(["type": .string(type(of: optimizer).type)]) { $1 }),
      "schedule": .string(schedule.rawValue),
      "adversarial": .object([
        "ratio": .number(adversarialRatio), "epsilon": .number(epsilon),
      ]),
    ]
    if let validation { values["validation"] = .integer(validation) }
    if let patience { values["earlyStopping"] = .object(["patience": .integer(patience)]) }
    if let limit { values["limit"] = .integer(limit) }
    return .object(values)
  }
}
