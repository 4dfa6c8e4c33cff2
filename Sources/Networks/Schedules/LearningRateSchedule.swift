public import Configurations

/// How the learning rate goes over a run: by a curve, after a linear warm-up if there is one.
///
/// A recipe writes it as a name, `"cosine"`, or as an object with settings,
/// `{"type": "cosine", "warmup": 0.05}`.
public struct LearningRateSchedule: Sendable {
  public let curve: any LearningRateCurve
  /// The share of the run, in 0…1, in which the rate rises in equal parts to where the curve begins
  /// (Goyal et al. 2017, "Accurate, large minibatch SGD").
  public let warmup: Double

  public static let constant = LearningRateSchedule(ConstantRate())
  public static let linear = LearningRateSchedule(LinearRate())

  /// What shares of a run a warm-up may take.
  public static let warmups = 0.0...1

  /// - Precondition: `warmup` is in ``warmups``.
  public init(_ curve: any LearningRateCurve, warmup: Double = 0) {
    precondition(Self.warmups.contains(warmup), "LearningRateSchedule: a warm-up of \(warmup)")
    self.curve = curve
    self.warmup = warmup
  }

  /// Reads the schedule under a key: a name, or an object; nil if the key is missing.
  public init?(
    _ key: String, of object: inout ConfigurationObject
  ) throws(ConfigurationError) {
    switch object.value(key) {
    case nil: return nil
    case .string:
      let type = try object.choice(key, among: ScheduleCatalog.all) { $0.type }!
      var settings = try ConfigurationObject(.object([:]), place: object.place(of: key))
      self.init(try type.init(&settings))
    case .object:
      try self.init(object.object(key)!)
    case let value?:
      throw .wrongType(
        place: object.place(of: key), expected: "a text or an object", found: value.kind)
    }
  }

  /// Reads `"type"`, `"warmup"` and the curve's own keys, strictly.
  init(_ object: ConfigurationObject) throws(ConfigurationError) {
    var object = object
    let type = try object.required(
      "type", try object.choice("type", among: ScheduleCatalog.all) { $0.type })
    let curve = try type.init(&object)
    let warmup = try object.number("warmup", in: Self.warmups) ?? 0
    try object.finish()
    self.init(curve, warmup: warmup)
  }

  /// Reads a text such as `cosine:warmup=0.05`.
  public init(_ text: String) throws(ConfigurationError) {
    try self.init(NamedSettings(text, kind: "schedule", nameKey: "type").object)
  }

  /// The schedule as a recipe writes it: a name where there are no settings, else an object with
  /// every setting.
  public var configuration: JSONValue {
    let type = JSONValue.string(type(of: curve).type)
    if curve.configuration.isEmpty, warmup == 0 { return type }
    return .object(
      curve.configuration.merging(["type": type, "warmup": .number(warmup)]) { $1 })
  }

  /// What the learning rate is multiplied by at a step, counted from 1, of a run of `count` steps.
  public func factor(step: Int, of count: Int) -> Double {
    precondition((1...count).contains(step), "LearningRateSchedule: step \(step) of \(count)")
    let warmup = min(count - 1, Int((warmup * Double(count)).rounded()))
    guard step <= warmup else { return curve.factor(step: step, of: count, warmup: warmup) }
    return Double(step) / Double(warmup + 1)
      * curve.factor(step: warmup + 1, of: count, warmup: warmup)
  }
}

extension LearningRateSchedule: Hashable {
  public static func == (left: Self, right: Self) -> Bool {
    left.configuration == right.configuration
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(configuration) }
}
