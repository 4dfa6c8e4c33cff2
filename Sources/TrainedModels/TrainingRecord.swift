public import Configurations
public import Datasets
internal import Suggestions

/// How a checkpoint came to be: kept in its metadata, and nothing in it depends on the machine.
public struct TrainingRecord: Sendable {
  /// The recipe, every value spelled out.
  public var recipe: JSONValue
  /// The epoch whose weights these are.
  public var epoch: Int
  /// Every data set that the weights have seen, those of the initial weights included.
  public var trainedOn: [DatasetIdentity]
  /// The SHA-256 of the checkpoint that the run began with.
  public var initialDigest: String?

  public init(
    recipe: JSONValue, epoch: Int, trainedOn: [DatasetIdentity], initialDigest: String?
  ) {
    self.recipe = recipe
    self.epoch = epoch
    self.trainedOn = trainedOn
    self.initialDigest = initialDigest
  }

  init(_ object: ConfigurationObject) throws(ConfigurationError) {
    var object = object
    recipe = try object.required("recipe", object.value("recipe"))
    epoch = try object.required("epoch", object.integer("epoch", in: 1...Int.max))
    initialDigest = try object.string("initialDigest")
    trainedOn = []
    for entry in try object.required("trainedOn", object.objects("trainedOn")) {
      trainedOn.append(try Self.identity(entry))
    }
    try object.finish()
  }

  var configuration: JSONValue {
    var values: [String: JSONValue] = [
      "recipe": recipe, "epoch": .integer(epoch),
      "trainedOn": .array(
        trainedOn.map { identity in
          .object([
            "name": .string(identity.name), "part": .string(identity.part.rawValue),
            "count": .integer(identity.count), "digest": .string(identity.digest),
            "lineage": .string(identity.lineage.description),
          ])
        }),
    ]
    if let initialDigest { values["initialDigest"] = .string(initialDigest) }
    return .object(values)
  }

  private static func identity(
    _ object: ConfigurationObject
  ) throws(ConfigurationError) -> DatasetIdentity {
    var object = object
    let name = try object.required("name", object.string("name"))
    let part = try object.required(
      "part", object.choice("part", among: DatasetPart.allCases, named: \.rawValue))
    let count = try object.required("count", object.integer("count", in: 0...Int.max))
    let digest = try object.required("digest", object.string("digest"))
    let lineageText = try object.required("lineage", object.string("lineage"))
    guard let lineage = DatasetLineage(lineageText) else {
      throw .invalid(place: object.place(of: "lineage"), "\(lineageText.quoted) is not a lineage")
    }
    try object.finish()
    return DatasetIdentity(
      name: name, part: part, count: count, digest: digest, lineage: lineage)
  }
}
