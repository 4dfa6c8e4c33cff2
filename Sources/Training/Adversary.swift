public import Attacks
public import Configurations

/// Against whom a model trains: an attack, and how far it may go.
public struct Adversary: Sendable {
  public var plan: AttackPlan
  /// ε in 0…1.
  public var epsilon: Double
  public var labels: LabelSource
  /// Over how many epochs ε grows from 0, in equal parts a step.
  public var warmup: Double
  /// Whether every example draws its own ε, uniform in 0…ε.
  public var drawsEpsilon: Bool

  /// Which classes the attack leads away from.
  public enum LabelSource: String, Hashable, Sendable, CaseIterable {
    /// The true ones.
    case `true`
    /// What the model sees, so that an example tells nothing of its label (against label leaking:
    /// Kurakin, Goodfellow & Bengio 2017, section 4.2).
    case predicted
  }

  /// An attack's steps are written out in the graph of a training step.
  static let stepLimit = 100

  /// FGSM at ε 0.1, as the tutorials have it.
  public static let fgsm = Adversary(epsilon: 0.1)

  init(epsilon: Double) {
    plan = AttackPlan(FGSM())
    self.epsilon = epsilon
    labels = .true
    warmup = 0
    drawsEpsilon = false
  }

  /// Reads the adversary's own keys among others.
  init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    epsilon = try object.number("epsilon", in: 0...1) ?? 0.1
    labels =
      try object.choice("labels", among: LabelSource.allCases, named: \.rawValue) ?? .true
    warmup = try object.number("epsilonWarmup", in: 0...1_000_000) ?? 0
    drawsEpsilon = try object.boolean("epsilonPerExample") ?? false
    plan = try Self.plan(&object)
  }

  private static func plan(
    _ object: inout ConfigurationObject
  ) throws(ConfigurationError) -> AttackPlan {
    let plan: AttackPlan
    switch object.value("attack") {
    case nil: return AttackPlan(FGSM())
    case .string(let text):
      plan = try AttackPlan(text, among: AttackCatalog.training)
    case .some:
      let settings = try object.object("attack")!
      plan = try AttackPlan(settings, among: AttackCatalog.training)
    }
    try check(plan, place: object.place(of: "attack"))
    return plan
  }

  /// What training cannot do with an attack.
  public static func check(_ plan: AttackPlan, place: String) throws(ConfigurationError) {
    if plan.restarts > 1 {
      throw .invalid(place: place, "training makes one attempt on each example; leave out restarts")
    }
    if plan.attack.steps > stepLimit {
      throw .invalid(
        place: place, "\(plan.attack.steps) steps are too many for training; at most \(stepLimit)")
    }
  }

  var configuration: [String: JSONValue] {
    [
      "epsilon": .number(epsilon), "attack": plan.configuration, "labels": .string(labels.rawValue),
      "epsilonWarmup": .number(warmup), "epsilonPerExample": .boolean(drawsEpsilon),
    ]
  }

  /// ε at a step, counted from 1.
  func epsilon(step: Int, stepsPerEpoch: Int) -> Double {
    let length = warmup * Double(stepsPerEpoch)
    return length > 0 ? epsilon * min(1, Double(step) / length) : epsilon
  }
}
