internal import Attacks
internal import Configurations

/// A random place in the ball: the control beside every attack.
struct RandomNoise: Attack {
  static let name = "noise"
  static let summary = "a random change"
  static let kind = AttackKind.blackBox
  let steps = 1
  let losses: [AttackLoss] = []
  let configuration: [String: JSONValue] = [:]

  init() {}
  init(_ object: inout ConfigurationObject) throws(ConfigurationError) {}

  func start(_ problem: AttackProblem) -> AttackState {
    AttackState(images: problem.randomStart())
  }

  func step(_ state: AttackState, _ problem: AttackProblem) -> AttackState { state }
}
