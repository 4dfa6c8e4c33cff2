public import Attacks
internal import Autodiff
internal import Datasets

/// Looks for the smallest radius at which each example can be broken, by bisection: every example
/// has a radius of its own, and an attack begins where the last one on it ended.
public struct RadiusSearch: Sendable {
  public let plan: AttackPlan
  public let norm: Norm
  /// The largest radius that is tried.
  public let limit: Double
  /// How often the interval is halved.
  public let rounds: Int

  /// - Parameters:
  ///   - suite: its iterative attack of the most steps is used, or its last attack.
  ///   - rounds: ten give a thousandth of the limit.
  public init(_ suite: AttackSuite, norm: Norm, limit: Double, rounds: Int = 10) {
    let iterative = suite.plans.filter { $0.kind == .iterative }
    plan = iterative.max { $0.attack.steps < $1.attack.steps } ?? suite.plans.last!
    self.norm = norm
    self.limit = limit
    self.rounds = rounds
  }

  /// The smallest radius at which each example was broken: 0 for one that is wrong unharmed, nil for
  /// one that was never broken.
  func radii(of trial: Trial, key: RandomKey) -> [Double?] {
    let dataset = trial.dataset
    let isCorrect = trial.answers.isCorrect
    var smallest = isCorrect.map { $0 ? nil : 0.0 }
    var largestWithstood = Array(repeating: 0.0, count: dataset.count)
    /// What the last attempt ended with, where it broke the example or not.
    var images: [Int: [Float]] = [:]
    let runner = AttackRunner(
      plan.attack, norm: norm, searchesRadius: true, model: trial.model,
      variables: trial.variables, capacity: trial.capacity, device: trial.device)
    let key = key.folding("radius")
    for round in 0...rounds {
      // First the whole ball: what that does not break has no radius.
      let examples = isCorrect.indices.filter {
        isCorrect[$0] && (round == 0 || smallest[$0] != nil)
      }
      let tasks = examples.map { example in
        let radius =
          round == 0 ? limit : (largestWithstood[example] + smallest[example]!) / 2
        return AttackRunner.Task(
          example: example, label: dataset.labels[example], epsilon: Float(radius),
          start: images[example])
      }
      let size = dataset.imageSize
      runner.run(tasks, on: dataset, key: key.folding(round)) { finished in
        trial.verifier.verdicts(
          on: finished.images, of: tasks[finished.tasks], dataset: dataset, norm: norm)
      } finish: { finished, verdicts in
        for (row, (task, verdict)) in zip(tasks[finished.tasks], verdicts).enumerated() {
          let example = task.example
          images[example] = Array(finished.images[row * size..<(row + 1) * size])
          if verdict.isAllowed, verdict.prediction != task.label {
            smallest[example] = min(smallest[example] ?? .infinity, verdict.distance)
          } else {
            largestWithstood[example] = Double(task.epsilon)
          }
        }
      }
    }
    return smallest
  }
}
