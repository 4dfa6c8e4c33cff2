internal import Configurations

extension EpochRecord {
  var configuration: JSONValue {
    var values: [String: JSONValue] = [
      "epoch": .integer(epoch), "steps": .integer(steps), "trainingLoss": .number(trainingLoss),
    ]
    if let alignment { values["alignment"] = .number(alignment) }
    if let validation { values["validation"] = validation.configuration }
    if !events.isEmpty { values["events"] = .array(events.map(\.configuration)) }
    if isRolledBack { values["isRolledBack"] = .boolean(true) }
    return .object(values)
  }

  init(_ object: ConfigurationObject) throws(ConfigurationError) {
    var object = object
    epoch = try object.required("epoch", object.integer("epoch", in: 1...Int.max))
    steps = try object.required("steps", object.integer("steps", in: 0...Int.max))
    trainingLoss = try object.required("trainingLoss", object.anyNumber("trainingLoss"))
    alignment = try object.number("alignment", in: -2...2)
    validation = try object.object("validation").map { (section) throws(ConfigurationError) in
      try Probe(section)
    }
    for event in try object.objects("events") ?? [] { events.append(try GuardEvent(event)) }
    isRolledBack = try object.boolean("isRolledBack") ?? false
    try object.finish()
  }
}

extension EpochRecord.Probe {
  var configuration: JSONValue {
    var values: [String: JSONValue] = [
      "loss": .number(loss), "cleanAccuracy": .number(cleanAccuracy),
    ]
    if let attacked {
      values["attacked"] = .object([
        "count": .integer(attacked.count), "cleanAccuracy": .number(attacked.cleanAccuracy),
        "ownAccuracy": .number(attacked.ownAccuracy),
        "robustAccuracy": .number(attacked.robustAccuracy), "loss": .number(attacked.loss),
      ])
    }
    return .object(values)
  }

  init(_ object: ConfigurationObject) throws(ConfigurationError) {
    var object = object
    loss = try object.required("loss", object.anyNumber("loss"))
    cleanAccuracy = try object.required("cleanAccuracy", object.number("cleanAccuracy", in: 0...1))
    attacked = try object.object("attacked").map { (section) throws(ConfigurationError) in
      try EpochRecord.Attacked(section)
    }
    try object.finish()
  }
}

extension EpochRecord.Attacked {
  init(_ object: ConfigurationObject) throws(ConfigurationError) {
    var object = object
    count = try object.required("count", object.integer("count", in: 1...Int.max))
    cleanAccuracy = try object.required("cleanAccuracy", object.number("cleanAccuracy", in: 0...1))
    ownAccuracy = try object.required("ownAccuracy", object.number("ownAccuracy", in: 0...1))
    robustAccuracy = try object.required(
      "robustAccuracy", object.number("robustAccuracy", in: 0...1))
    loss = try object.required("loss", object.anyNumber("loss"))
    try object.finish()
  }
}
