import Evaluation

extension Report {
  /// Every shape of report that the tests look at, by the names of their snapshots.
  static let examples: [(name: String, report: Report)] = [
    ("report", example), ("small-report", small), ("candidates-report", candidates),
    ("invalid-report", invalid), ("recipes-report", recipes), ("single-step-report", singleStep),
  ]

  static var names: [String] { examples.map(\.name) }

  static func named(_ name: String) -> Report { examples.first { $0.name == name }!.report }

  /// A made-up evaluation: two checkpoints, two attacks, three radii, a transfer matrix, and
  /// requirements of which one is undecided.
  static var example: Report {
    MadeUp(
      correct: [
        "checkpoints/baseline.safetensors": [9812, 6402, 2911, 0],
        "checkpoints/hardened.safetensors": [9760, 9521, 9290, 8333],
      ], attacks: [fgsm, pgd],
      requirements: Requirements(
        minimumRobust: 0.83, comparison: .better, maximumCleanDrop: 1),
      transfer: [[0, 9402], [8120, 8333]]
    ).report
  }

  /// The smallest evaluation: one checkpoint under one single-step attack, nothing required.
  static var small: Report {
    let attacks = [fgsm]
    return Report(
      dataset: Dataset(name: "digits", split: "test", count: 3, digest: "00"),
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
      findings: [Finding.singleStepOnly(attacks)].compactMap { $0 },
      gates: [
        CandidateGate(
          candidate: ["model.safetensors"], baseline: [],
          gate: Gate(
            Requirements(),
            evidence: Evidence(
              robust: [.init(epsilon: 0.1, accuracy: Accuracy(correct: 1, count: 3))],
              isSingleStepOnly: true)))
      ])
  }

  /// Two candidates, one of which is worse.
  static var candidates: Report {
    MadeUp(
      correct: [
        "a.safetensors": [9812, 9402], "b.safetensors": [9760, 9521], "c": [9700, 9001],
      ],
      attacks: [pgd], requirements: Requirements(comparison: .notWorse, maximumCleanDrop: 1)
    ).report
  }

  /// A candidate that has seen the test images.
  static var invalid: Report {
    MadeUp(
      correct: ["a.safetensors": [9812, 9402], "b.safetensors": [9760, 9521]],
      attacks: [fgsm, pgd],
      requirements: Requirements(minimumRobust: 0.8),
      findings: [.trainedOnTestData(checkpoint: "b.safetensors")]
    ).report
  }

  /// Four checkpoints a side, and equivalence.
  static var recipes: Report {
    MadeUp(
      correct: [
        "a1": [9812, 9402], "a2": [9810, 9399], "a3": [9815, 9401], "a4": [9811, 9404],
        "b1": [9812, 9403], "b2": [9810, 9398], "b3": [9815, 9402], "b4": [9811, 9405],
      ], attacks: [pgd], requirements: Requirements(comparison: .better), sides: (4, 4)
    ).report
  }

  /// A good figure under a single-step attack, which meets nothing.
  static var singleStep: Report {
    MadeUp(
      correct: ["a.safetensors": [9812, 1240], "b.safetensors": [9760, 8716]], attacks: [fgsm],
      requirements: Requirements(minimumRobust: 0.8, inconclusivePasses: true, isReportOnly: true),
      findings: [Finding.singleStepOnly([fgsm])!]
    ).report
  }

  private static var fgsm: Attack { Attack(name: "fgsm", kind: .singleStep) }
  private static var pgd: Attack { Attack(name: "pgd", kind: .iterative, steps: 40, restarts: 5) }
}

/// A report with the parts that an evaluator would give it, from a few counts.
private struct MadeUp {
  /// By path: correct as they are, and at each radius. The first is the baseline.
  let correct: KeyValuePairs<String, [Int]>
  let attacks: [Report.Attack]
  let requirements: Requirements
  /// How many checkpoints are the baseline and the candidate; otherwise each is a candidate.
  var sides: (Int, Int)?
  var transfer: [[Int]]?
  var findings: [Report.Finding] = []
  let count = 10_000
  let epsilons = [8.0 / 255, 0.05, 0.1]

  init(
    correct: KeyValuePairs<String, [Int]>, attacks: [Report.Attack], requirements: Requirements,
    transfer: [[Int]]? = nil, findings: [Report.Finding] = [], sides: (Int, Int)? = nil
  ) {
    self.correct = correct
    self.attacks = attacks
    self.requirements = requirements
    self.transfer = transfer
    self.findings = findings
    self.sides = sides
  }

  private var paths: [String] { correct.map(\.key) }
  private var suite: String { attacks.count == 1 ? attacks[0].name : "quick" }
  private var radii: Range<Int> { 1..<correct[0].value.count }
  private func epsilon(_ radius: Int) -> Double { radii.count == 1 ? 0.1 : epsilons[radius - 1] }
  private func accuracy(_ correct: Int) -> Accuracy { Accuracy(correct: correct, count: count) }

  var report: Report {
    let candidates = correct.indices.dropFirst(sides?.0 ?? 1)
    let gates =
      sides == nil
      ? candidates.map { gate(baseline: [0], candidate: [$0]) }
      : [gate(baseline: Array(0..<candidates.lowerBound), candidate: Array(candidates))]
    return Report(
      dataset: Report.Dataset(name: "digits", split: "test", count: count, digest: "3f1c09ab"),
      threat: Report.Threat(norm: "linf", epsilons: radii.map(epsilon)), attacks: attacks,
      checkpoints: correct.map { path, correct in
        Report.Checkpoint(
          path: path, clean: accuracy(correct[0]),
          robust: radii.map { robust(clean: correct[0], correct[$0], epsilon($0)) })
      },
      comparisons: candidates.map { candidate in
        Report.Comparison(
          baseline: paths[0], candidate: paths[candidate], clean: pair(0, candidate, 0),
          robust: radii.map {
            Report.RobustComparison(
              attack: suite, epsilon: epsilon($0), comparison: pair(0, candidate, $0))
          })
      },
      transfer: transfer.map {
        [
          Report.Transfer(
            attack: suite, epsilon: 0.1, sources: paths, targets: paths,
            accuracies: $0.map { $0.map(accuracy) })
        ]
      }, findings: findings, gates: gates)
  }

  private func robust(clean: Int, _ correct: Int, _ epsilon: Double) -> Report.RobustAccuracy {
    let broken = clean - correct
    let shares = attacks.count == 1 ? [broken] : [broken / 2, broken - broken / 2]
    var left = clean
    let stages = zip(attacks, shares).map { attack, share in
      left -= share
      return Report.Stage(
        attack: attack.name, tried: left + share, broken: share, remaining: accuracy(left))
    }
    return Report.RobustAccuracy(
      attack: suite, epsilon: epsilon, accuracy: accuracy(correct),
      verification: Report.Verification(
        claimed: broken + (epsilon == 0.1 ? 2 : 0), verified: broken), stages: stages,
      classes: [
        Report.ClassAccuracy(name: "0", accuracy: Accuracy(correct: 700, count: 1000)),
        Report.ClassAccuracy(name: "1", accuracy: Accuracy(correct: correct / 20, count: 1000)),
      ], noise: accuracy(clean - 9))
  }

  private func pair(_ baseline: Int, _ candidate: Int, _ radius: Int) -> PairedComparison {
    let gained = correct[candidate].value[radius] - correct[baseline].value[radius]
    return PairedComparison(
      count: count, onlyBaselineCorrect: 17 + max(0, -gained),
      onlyCandidateCorrect: 17 + max(0, gained))
  }

  private func gate(baseline: [Int], candidate: [Int]) -> Report.CandidateGate {
    let evidence = Evidence(
      robust: radii.map { radius in
        let robust = { (indices: [Int]) in
          indices.map { accuracy(correct[$0].value[radius]) }
        }
        return Evidence.Robust(
          epsilon: epsilon(radius), accuracy: robust(candidate).min { $0.correct < $1.correct }!,
          comparison: sides == nil ? pair(baseline[0], candidate[0], radius) : nil,
          seeds: sides == nil
            ? nil
            : SeedComparison(baseline: robust(baseline), candidate: robust(candidate)))
      }, clean: pair(baseline[0], candidate[0], 0),
      isSingleStepOnly: attacks.allSatisfy { $0.kind == .singleStep },
      underminingFindings: findings.filter { $0.severity == .invalid }.map(\.code))
    return Report.CandidateGate(
      candidate: candidate.map { paths[$0] }, baseline: baseline.map { paths[$0] },
      gate: Gate(requirements, evidence: evidence))
  }
}
