internal import Attacks
internal import Datasets
internal import Digests

/// The checkpoints that are compared, by their places among the subjects.
struct Side {
  /// Empty where there is nothing to compare with.
  let baseline: [Int]
  let candidate: [Int]
}

/// Turns what became of every example into the report's figures.
struct ReportParts {
  let subjects: [EvaluationSubject]
  let trials: [Trial]
  /// By subject and radius.
  var outcomes: [[SubjectOutcome]]
  let suite: AttackSuite
  let threats: [ThreatModel]
  let sides: [Side]
  let requirements: Requirements
  /// Whether the number of attacked examples depends on what is seen.
  let isSequential: Bool
  var transfers: Transfers?
  var spending: Report.Spending?
  /// By subject.
  var smallestRadii: [[Double?]]?
  /// What the checks of the attacks' health found.
  var healthFindings: [Report.Finding] = []

  /// The gradients and queries that were taken.
  var spent: Int { outcomes.reduce(0) { $0 + $1.reduce(0) { $0 + $1.cost } } }

  /// Whether every gate has an outcome and every comparison a verdict; where there is neither,
  /// nothing can be settled.
  var isSettled: Bool {
    sides.allSatisfy { side in
      let gate = gate(of: side, []).gate
      guard gate.comparison != nil || !gate.results.isEmpty else { return false }
      return gate.outcome != .inconclusive && gate.comparison?.verdict != .inconclusive
    }
  }

  func report(identity: DatasetIdentity) -> Report {
    let dataset = trials[0].dataset
    let findings = findings(identity)
    return Report(
      dataset: Report.Dataset(
        name: dataset.name, split: dataset.part.rawValue, count: dataset.count,
        digest: identity.digest),
      threat: Report.Threat(norm: threats[0].norm.rawValue, epsilons: threats.map(\.epsilon)),
      attacks: attacks, checkpoints: subjects.indices.map(checkpoint),
      comparisons: sides.flatMap(comparisons), transfer: transfers.map(matrices),
      smallestRadii: smallestRadii.map(radii), spending: spending, findings: findings,
      gates: sides.map { gate(of: $0, findings) })
  }

  private var attacks: [Report.Attack] {
    suite.plans.map { plan in
      let kind: Report.Attack.Kind =
        switch plan.kind {
        case .singleStep: .singleStep
        case .iterative: .iterative
        case .blackBox: .blackBox
        }
      return Report.Attack(
        name: plan.name, kind: kind, targets: plan.targets, steps: plan.attack.steps,
        restarts: plan.restarts)
    }
  }

  private func checkpoint(_ index: Int) -> Report.Checkpoint {
    let trial = trials[index]
    return Report.Checkpoint(
      path: subjects[index].path, clean: Accuracy(outcomes: trial.answers.isCorrect),
      robust: outcomes[index].map { outcome in
        let correct = outcome.examples.count { trial.answers.isCorrect[$0] }
        return Report.RobustAccuracy(
          attack: suite.name, epsilon: outcome.threat.epsilon,
          accuracy: Accuracy(outcomes: outcome.robustExamples),
          verification: Report.Verification(
            claimed: outcome.attempts.reduce(0) { $0 + $1.claimed },
            verified: outcome.attempts.reduce(0) { $0 + $1.verified }),
          stages: outcome.attempts.enumerated().map { place, attempt in
            Report.Stage(
              attack: suite.plans[place].name, tried: attempt.tried.count,
              broken: attempt.broken.count,
              remaining: Accuracy(
                correct: outcome.remaining(after: place, correct: correct),
                count: outcome.examples.count))
          }, classes: classes(of: trial.dataset, outcome),
          noise: outcome.threat.epsilon == 0
            ? nil
            : Accuracy(
              correct: correct - outcome.brokenByNoise.count, count: outcome.examples.count))
      })
  }

  private func classes(
    of dataset: Dataset, _ outcome: SubjectOutcome
  ) -> [Report.ClassAccuracy] {
    dataset.classNames.enumerated().compactMap { label, name in
      let own = outcome.examples.filter { dataset.labels[$0] == Int32(label) }
        .map { outcome.isRobust[$0] }
      return own.isEmpty
        ? nil : Report.ClassAccuracy(name: name, accuracy: Accuracy(outcomes: own))
    }
  }

  /// Each candidate of a side beside the side's first baseline.
  private func comparisons(of side: Side) -> [Report.Comparison] {
    side.baseline.prefix(1).flatMap { baseline in
      side.candidate.map { candidate in
        Report.Comparison(
          baseline: subjects[baseline].path, candidate: subjects[candidate].path,
          clean: cleanComparison(baseline, candidate),
          robust: threats.indices.map { index in
            Report.RobustComparison(
              attack: suite.name, epsilon: threats[index].epsilon,
              comparison: robustComparison(baseline, candidate, index))
          })
      }
    }
  }

  private func cleanComparison(_ baseline: Int, _ candidate: Int) -> PairedComparison {
    PairedComparison(
      baselineOutcomes: trials[baseline].answers.isCorrect,
      candidateOutcomes: trials[candidate].answers.isCorrect)
  }

  private func robustComparison(
    _ baseline: Int, _ candidate: Int, _ index: Int
  ) -> PairedComparison {
    PairedComparison(
      baselineOutcomes: outcomes[baseline][index].robustExamples,
      candidateOutcomes: outcomes[candidate][index].robustExamples)
  }

  /// The requirements held against a side's candidate; of several checkpoints the least robust, and
  /// the largest loss of clean accuracy, decide.
  private func gate(of side: Side, _ findings: [Report.Finding]) -> Report.CandidateGate {
    let paths = Set((side.baseline + side.candidate).map { subjects[$0].path })
    let attacked = threats.indices.filter { threats[$0].epsilon > 0 }
    let evidence = Evidence(
      robust: attacked.map { index in
        let accuracies = side.candidate.map {
          Accuracy(outcomes: outcomes[$0][index].robustExamples)
        }
        let isOne = side.baseline.count == 1 && side.candidate.count == 1
        return Evidence.Robust(
          epsilon: threats[index].epsilon,
          accuracy: accuracies.min { $0.correct < $1.correct }!,
          comparison: isOne
            ? robustComparison(side.baseline[0], side.candidate[0], index) : nil,
          seeds: isOne || side.baseline.isEmpty
            ? nil
            : SeedComparison(
              baseline: side.baseline.map {
                Accuracy(outcomes: outcomes[$0][index].robustExamples)
              },
              candidate: accuracies))
      },
      clean: side.baseline.flatMap { baseline in
        side.candidate.map { cleanComparison(baseline, $0) }
      }.min { $0.differencePoints < $1.differencePoints },
      isSingleStepOnly: suite.plans.allSatisfy { $0.kind == .singleStep },
      isSequential: isSequential,
      underminingFindings: findings.filter { finding in
        finding.severity == .invalid && (finding.checkpoint.map(paths.contains) ?? true)
      }.map(\.code).reduce(into: []) { codes, code in
        if !codes.contains(code) { codes.append(code) }
      })
    return Report.CandidateGate(
      candidate: side.candidate.map { subjects[$0].path },
      baseline: side.baseline.map { subjects[$0].path },
      gate: Gate(requirements, evidence: evidence))
  }

  private func matrices(_ transfers: Transfers) -> [Report.Transfer] {
    zip(threats, transfers.isRobust).map { threat, matrix in
      Report.Transfer(
        attack: suite.name, epsilon: threat.epsilon, sources: subjects.map(\.path),
        targets: subjects.map(\.path),
        accuracies: matrix.map { $0.map { Accuracy(outcomes: $0) } })
    }
  }

  private func radii(_ radii: [[Double?]]) -> [Report.SmallestRadii] {
    zip(subjects, radii).map { Report.SmallestRadii(checkpoint: $0.path, radii: $1) }
  }

  private func findings(_ identity: DatasetIdentity) -> [Report.Finding] {
    var findings = subjects.filter { subject in
      subject.trainedOn.contains { $0.overlaps(with: identity) }
    }.map { Report.Finding.trainedOnTestData(checkpoint: $0.path) }
    for (subject, outcomes) in zip(subjects, outcomes) {
      for outcome in outcomes {
        for (plan, attempt) in zip(suite.plans, outcome.attempts) {
          let left = attempt.claimed - attempt.verified - attempt.unconfirmed
          guard left > 0 else { continue }
          findings.append(
            .unverified(checkpoint: subject.path, attack: plan.name, count: left))
        }
      }
    }
    if let spending, spending.attacked < spending.available {
      findings.append(.limited(spending))
    }
    return findings + healthFindings + [Report.Finding.singleStepOnly(attacks)].compactMap { $0 }
  }

  // MARK: Example by example

  func exampleOutcomes() -> [ExampleOutcome] {
    subjects.indices.flatMap { subject in
      outcomes[subject].flatMap { outcome in
        outcome.examples.map { example in
          self.outcome(of: example, subject, outcome)
        }
      }
    }
  }

  private func outcome(
    of example: Int, _ subject: Int, _ outcome: SubjectOutcome
  ) -> ExampleOutcome {
    let trial = trials[subject]
    let attempts = outcome.attempts.enumerated().compactMap { place, attempt in
      attempt.tried.contains(sorted: example)
        ? ExampleOutcome.Attempt(
          attack: suite.plans[place].name, broken: attempt.broken.contains(sorted: example))
        : nil
    }
    return ExampleOutcome(
      checkpoint: subjects[subject].path, epsilon: outcome.threat.epsilon, index: example,
      label: Int(trial.dataset.labels[example]),
      prediction: Int(trial.answers.predictions[example]),
      robust: outcome.isRobust[example], attacks: attempts,
      witness: outcome.witnesses[example].map { witness in
        ExampleOutcome.Witness(
          attack: suite.plans[witness.plan].name, prediction: Int(witness.prediction),
          distance: witness.distance,
          digest: witness.image.withUnsafeBytes { SHA256.digest(of: Array($0)).hexadecimal })
      })
  }

  func witnesses() -> [[Float]] {
    outcomes.flatMap { $0 }.flatMap { outcome in
      outcome.witnesses.keys.sorted().map { outcome.witnesses[$0]!.image }
    }
  }
}

extension [Int] {
  /// Whether an ascending list holds a number.
  fileprivate func contains(sorted number: Int) -> Bool {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < number { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low] == number
  }
}
