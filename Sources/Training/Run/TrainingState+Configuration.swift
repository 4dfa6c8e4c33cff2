internal import Autodiff
internal import Configurations

/// A state as texts and named tensors, and back.
extension TrainingState {
  /// Everything but the tensors.
  var configuration: JSONValue {
    var healthyValues: [String: JSONValue] = [
      "epoch": .integer(healthy.epoch), "steps": .integer(healthy.steps),
    ]
    if let alignment = healthy.alignment { healthyValues["alignment"] = .number(alignment) }
    var values: [String: JSONValue] = [
      "epoch": .integer(epoch), "stepsOfEpoch": .integer(stepsOfEpoch), "steps": .integer(steps),
      "lossSum": .number(lossSum), "remedies": .array(remedies.map { .string($0) }),
      "waited": .integer(waited),
      "history": .array(history.map(\.configuration)),
      "healthy": .object(healthyValues),
    ]
    if let leastAlignment { values["leastAlignment"] = .number(leastAlignment) }
    if let healthyAlignment { values["healthyAlignment"] = .number(healthyAlignment) }
    if let bestWaitedFor { values["bestWaitedFor"] = .number(bestWaitedFor) }
    if let best { values["bestEpoch"] = .integer(best.epoch) }
    if let bestScore { values["bestScore"] = .array(bestScore.values.map { .number($0) }) }
    if let last { values["lastEpoch"] = .integer(last.epoch) }
    return .object(values)
  }

  /// The tensors, by their part in the state and their names.
  ///
  /// - Parameter parameters: the names of the model's parameters, in its order.
  func tensors(parameters: [String]) -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    func add(_ part: Part, _ values: some Sequence<(key: String, value: Tensor)>) {
      for (name, value) in values { tensors["\(part.rawValue).\(name)"] = value }
    }
    func named(_ values: [Tensor]) -> [(key: String, value: Tensor)] {
      zip(parameters, values).map { ($0, $1) }
    }
    add(.current, current)
    add(.kept, kept)
    add(.healthy, healthy.variables)
    add(.healthyKept, healthy.kept)
    if let best { add(.best, named(best.parameters)) }
    if let last { add(.last, named(last.parameters)) }
    if let average { add(.average, named(average.parameters)) }
    return tensors
  }

  /// The first part of a tensor's name in a file.
  private enum Part: String {
    case current
    case kept
    case healthy
    case healthyKept = "healthy-kept"
    case best
    case last
    case average
  }

  init(
    _ object: ConfigurationObject, tensors: [String: Tensor], parameters: [String]
  ) throws(ConfigurationError) {
    var object = object
    func count(
      _ key: String, from least: Int = 0, in object: inout ConfigurationObject
    ) throws(ConfigurationError) -> Int {
      try object.required(key, object.integer(key, in: least...Int.max))
    }
    func values(_ part: Part) -> [String: Tensor] {
      let prefix = part.rawValue + "."
      let found = tensors.filter { $0.key.hasPrefix(prefix) }
      return Dictionary(
        uniqueKeysWithValues: found.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
    }
    func ordered(_ part: Part) throws(ConfigurationError) -> [Tensor] {
      let named = values(part)
      var ordered: [Tensor] = []
      for name in parameters {
        guard let value = named[name] else {
          throw .missingKey("\(part.rawValue).\(name)", place: object.place)
        }
        ordered.append(value)
      }
      return ordered
    }
    epoch = try count("epoch", from: 1, in: &object)
    stepsOfEpoch = try count("stepsOfEpoch", in: &object)
    steps = try count("steps", in: &object)
    lossSum = try object.required("lossSum", object.anyNumber("lossSum"))
    leastAlignment = try object.anyNumber("leastAlignment")
    healthyAlignment = try object.anyNumber("healthyAlignment")
    remedies = try object.required("remedies", object.strings("remedies"))
    waited = try count("waited", in: &object)
    bestWaitedFor = try object.anyNumber("bestWaitedFor")
    for entry in try object.required("history", object.objects("history")) {
      history.append(try EpochRecord(entry))
    }
    var section = try object.section("healthy")
    healthy.epoch = try count("epoch", from: 1, in: &section)
    healthy.steps = try count("steps", in: &section)
    healthy.alignment = try section.anyNumber("alignment")
    healthy.variables = values(.healthy)
    healthy.kept = values(.healthyKept)
    try section.finish()
    if let epoch = try object.integer("bestEpoch", in: 1...Int.max) {
      best = Weights(epoch: epoch, parameters: try ordered(.best))
    }
    bestScore = try object.numbers("bestScore", in: ConfigurationObject.allNumbers).map {
      Score(values: $0)
    }
    if let epoch = try object.integer("lastEpoch", in: 1...Int.max) {
      last = Weights(epoch: epoch, parameters: try ordered(.last))
      if !values(.average).isEmpty {
        average = Weights(epoch: epoch, parameters: try ordered(.average))
      }
    }
    current = values(.current)
    kept = values(.kept)
    try object.finish()
  }
}
