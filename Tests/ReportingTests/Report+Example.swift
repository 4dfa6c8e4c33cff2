import Evaluation

extension Report {
  /// A made-up evaluation: two checkpoints, two attacks, three radii, a transfer matrix.
  static var example: Report {
    let paths = ["checkpoints/baseline.safetensors", "checkpoints/hardened.safetensors"]
    let epsilons = [0.05, 0.1, 8.0 / 255]
    let correct = [
      "fgsm": [[6120, 1240, 7981], [9388, 8716, 9560]],
      "pgd": [[2911, 0, 6402], [9290, 8333, 9521]],
    ]
    func robust(_ index: Int, clean: Int) -> [RobustAccuracy] {
      ["fgsm", "pgd"].flatMap { attack in
        zip(epsilons, correct[attack]![index]).map { epsilon, correct in
          RobustAccuracy(
            attack: attack, epsilon: epsilon, accuracy: Accuracy(correct: correct, count: 10_000),
            verification: Verification(
              claimed: clean - correct + (attack == "pgd" && index == 1 ? 2 : 0),
              verified: clean - correct))
        }
      }
    }
    let comparison = Comparison(
      baseline: paths[0], candidate: paths[1],
      clean: PairedComparison(count: 10_000, onlyBaselineCorrect: 121, onlyCandidateCorrect: 69),
      robust: ["fgsm", "pgd"].flatMap { attack in
        epsilons.indices.map { index in
          let gained = correct[attack]![1][index] - correct[attack]![0][index]
          return RobustComparison(
            attack: attack, epsilon: epsilons[index],
            comparison: PairedComparison(
              count: 10_000, onlyBaselineCorrect: 17, onlyCandidateCorrect: gained + 17))
        }
      })
    let transfer = Transfer(
      attack: "fgsm", epsilon: 0.1, sources: paths, targets: paths,
      accuracies: [[1240, 9402], [8120, 8716]].map { row in
        row.map { Accuracy(correct: $0, count: 10_000) }
      })
    return Report(
      dataset: Dataset(name: "digits", split: "test", count: 10_000, digest: "sha256:3f1c09ab"),
      threat: Threat(norm: "linf", epsilons: epsilons),
      attacks: [
        Attack(name: "fgsm", kind: .singleStep),
        Attack(name: "pgd", kind: .iterative, steps: 40, restarts: 5),
      ],
      checkpoints: [
        Checkpoint(
          path: paths[0], clean: Accuracy(correct: 9812, count: 10_000),
          robust: robust(0, clean: 9812)),
        Checkpoint(
          path: paths[1], clean: Accuracy(correct: 9760, count: 10_000),
          robust: robust(1, clean: 9760)),
      ],
      comparisons: [comparison], transfer: [transfer],
      findings: [.trainedOnTestData(checkpoint: paths[0])])
  }

  /// The smallest evaluation: one checkpoint under one single-step attack.
  static var small: Report {
    let attacks = [Attack(name: "fgsm", kind: .singleStep)]
    return Report(
      dataset: Dataset(name: "digits", split: "test", count: 3, digest: "sha256:00"),
      threat: Threat(norm: "linf", epsilons: [0.1]), attacks: attacks,
      checkpoints: [
        Checkpoint(
          path: "model.safetensors", clean: Accuracy(correct: 3, count: 3),
          robust: [
            RobustAccuracy(
              attack: "fgsm", epsilon: 0.1, accuracy: Accuracy(correct: 1, count: 3),
              verification: Verification(claimed: 2, verified: 2))
          ])
      ],
      findings: [Finding.singleStepOnly(attacks)].compactMap { $0 })
  }
}
