internal import Attacks
internal import Autodiff

/// Examples crafted on each model and tried on the others.
struct Transfers {
  /// Correct unharmed and on the examples of another model: by radius, source, target and example.
  private(set) var isRobust: [[[[Bool]]]] = []

  /// Crafts with every attack of the suite on every example, right or wrong, and takes every step:
  /// what fools another model is not known before.
  init(
    _ trials: [Trial], _ outcomes: [[SubjectOutcome]], _ suite: AttackSuite, _ key: RandomKey
  ) {
    for (index, threat) in outcomes[0].map(\.threat).enumerated() {
      var matrix = trials.map { _ in trials.map(\.answers.isCorrect) }
      for source in trials.indices {
        matrix[source][source] = outcomes[source][index].isRobust
        for plan in suite.plans where threat.epsilon > 0 {
          trials[source].craft(plan, threat: threat, key: key) { tasks, images in
            for target in trials.indices where target != source {
              let verdicts = trials[target].verifier.verdicts(
                on: images, of: tasks, dataset: trials[target].dataset, threat: threat)
              for (task, verdict) in zip(tasks, verdicts)
              where verdict.isAllowed && verdict.prediction != task.label {
                matrix[source][target][task.example] = false
              }
            }
          }
        }
      }
      isRobust.append(matrix)
    }
  }
}
