public import Attacks
public import Autodiff
public import Datasets

/// Evaluates checkpoints on the same examples under the same attacks.
///
/// Every model is attacked white-box: the examples are crafted on that very model. An example counts
/// as robust if it is classified correctly unharmed and no verified adversarial example was found.
public struct Evaluator {
  public let attacks: [any Attack]
  /// In the order of the report.
  public let threats: [ThreatModel]
  /// Whether examples crafted on each checkpoint are also tried on the others.
  public let includesTransfer: Bool
  public let batchSize: Int
  public let device: Device

  public init(
    attacks: [any Attack], threats: [ThreatModel], includesTransfer: Bool = false,
    batchSize: Int = 256, device: Device
  ) {
    precondition(!attacks.isEmpty && !threats.isEmpty, "Evaluator: nothing to evaluate")
    self.attacks = attacks
    self.threats = threats
    self.includesTransfer = includesTransfer
    self.batchSize = batchSize
    self.device = device
  }

  /// Evaluates the subjects; the first is the baseline of the comparisons.
  ///
  /// - Parameter progress: called after every batch with the share that is done, in 0…1.
  public func evaluate(
    _ subjects: [EvaluationSubject], on dataset: Dataset, progress: (Double) -> Void = { _ in }
  ) -> Report {
    precondition(!subjects.isEmpty && dataset.count > 0, "Evaluator: nothing to evaluate")
    let outcomes = run(subjects, on: dataset, progress: progress)
    let identity = dataset.identity()
    let attackEntries = attacks.map { attack in
      Report.Attack(
        name: type(of: attack).name,
        kind: type(of: attack).isSingleStep ? .singleStep : .iterative, steps: attack.steps)
    }
    let candidates = subjects.indices.dropFirst()
    return Report(
      dataset: Report.Dataset(
        name: dataset.name, split: dataset.part.rawValue, count: dataset.count,
        digest: identity.digest),
      threat: Report.Threat(norm: ThreatModel.norm, epsilons: threats.map(\.epsilon)),
      attacks: attackEntries,
      checkpoints: subjects.indices.map { entry(subjects[$0], outcomes, index: $0) },
      comparisons: candidates.map { comparison(subjects, outcomes, candidate: $0) },
      transfer: includesTransfer && subjects.count > 1 ? transfer(subjects, outcomes) : nil,
      findings: findings(subjects, outcomes, attackEntries, identity))
  }

  // MARK: Running

  /// The settings that are tried on every model, attack by attack.
  private var trials: [(attack: any Attack, threat: ThreatModel)] {
    attacks.flatMap { attack in threats.map { (attack, $0) } }
  }

  private func run(
    _ subjects: [EvaluationSubject], on dataset: Dataset, progress: (Double) -> Void
  ) -> Outcomes {
    var outcomes = Outcomes(subjects: subjects.count, trials: trials.count)
    let loader = BatchLoader(dataset, batchSize: min(batchSize, dataset.count))
    let sessions = attacks.map { attack in
      subjects.map {
        AttackSession(
          model: $0.model, variables: $0.variables, attack: attack,
          capacity: loader.batchSize, device: device)
      }
    }
    for batch in 0..<loader.batchCount {
      var clean = subjects.map { _ in [Bool]() }
      for (index, trial) in trials.enumerated() {
        let own = sessions[index / threats.count]
        for source in subjects.indices {
          let session = own[source]
          _ = session.craft(batch, of: loader, threat: trial.threat)
          let labels = UnsafeBufferPointer(session.labels)
          if clean[source].isEmpty {
            clean[source] = zip(session.cleanAnswers().predictions, labels).map { $0 == $1 }
            outcomes.clean[source] += clean[source]
          }
          let allowed = session.allowed(by: trial.threat)
          let predictions = session.adversarialAnswers().predictions
          outcomes.add(
            trial: index, subject: source, clean: clean[source],
            fooled: zip(predictions, labels).map { $0 != $1 }, allowed: allowed)
        }
        guard includesTransfer else { continue }
        for source in subjects.indices {
          let labels = UnsafeBufferPointer(own[source].labels)
          for target in subjects.indices {
            let answers = own[source].withExamples { own[target].answers(to: $0, labels: labels) }
            let correct = zip(answers.predictions, labels).map { $0 == $1 }
            outcomes.transfer[index][source][target] += zip(clean[target], correct).map { $0 && $1 }
          }
        }
      }
      progress(Double(batch + 1) / Double(loader.batchCount))
    }
    return outcomes
  }

  // MARK: The report's parts

  private func entry(
    _ subject: EvaluationSubject, _ outcomes: Outcomes, index: Int
  ) -> Report.Checkpoint {
    Report.Checkpoint(
      path: subject.path, clean: Accuracy(outcomes: outcomes.clean[index]),
      robust: trials.enumerated().map { trial, setting in
        Report.RobustAccuracy(
          attack: type(of: setting.attack).name, epsilon: setting.threat.epsilon,
          accuracy: Accuracy(outcomes: outcomes.robust[trial][index]),
          verification: Report.Verification(
            claimed: outcomes.claimed[trial][index], verified: outcomes.verified[trial][index]))
      })
  }

  private func comparison(
    _ subjects: [EvaluationSubject], _ outcomes: Outcomes, candidate: Int
  ) -> Report.Comparison {
    Report.Comparison(
      baseline: subjects[0].path, candidate: subjects[candidate].path,
      clean: PairedComparison(
        baselineOutcomes: outcomes.clean[0], candidateOutcomes: outcomes.clean[candidate]),
      robust: trials.enumerated().map { trial, setting in
        Report.RobustComparison(
          attack: type(of: setting.attack).name, epsilon: setting.threat.epsilon,
          comparison: PairedComparison(
            baselineOutcomes: outcomes.robust[trial][0],
            candidateOutcomes: outcomes.robust[trial][candidate]))
      })
  }

  private func transfer(
    _ subjects: [EvaluationSubject], _ outcomes: Outcomes
  ) -> [Report.Transfer] {
    trials.enumerated().map { trial, setting in
      Report.Transfer(
        attack: type(of: setting.attack).name, epsilon: setting.threat.epsilon,
        sources: subjects.map(\.path), targets: subjects.map(\.path),
        accuracies: outcomes.transfer[trial].map { $0.map { Accuracy(outcomes: $0) } })
    }
  }

  private func findings(
    _ subjects: [EvaluationSubject], _ outcomes: Outcomes, _ attacks: [Report.Attack],
    _ identity: DatasetIdentity
  ) -> [Report.Finding] {
    var findings = subjects.filter { subject in
      subject.trainedOn.contains { $0.overlaps(with: identity) }
    }.map { Report.Finding.trainedOnTestData(checkpoint: $0.path) }
    for (trial, setting) in trials.enumerated() {
      for (index, subject) in subjects.enumerated() {
        let rejected = outcomes.claimed[trial][index] - outcomes.verified[trial][index]
        guard rejected > 0 else { continue }
        findings.append(
          .unverified(
            checkpoint: subject.path, attack: type(of: setting.attack).name, count: rejected))
      }
    }
    return findings + [Report.Finding.singleStepOnly(attacks)].compactMap { $0 }
  }
}

/// What became of every example, in the order of the data set.
private struct Outcomes {
  /// Correct unharmed: by subject.
  var clean: [[Bool]]
  /// By trial and subject.
  var robust: [[[Bool]]]
  /// Examples that a fresh pass misclassified, and those of them that passed every check.
  var claimed: [[Int]]
  var verified: [[Int]]
  /// Correct unharmed and on the examples of another model: by trial, source and target.
  var transfer: [[[[Bool]]]]

  init(subjects: Int, trials: Int) {
    clean = Array(repeating: [], count: subjects)
    robust = Array(repeating: clean, count: trials)
    claimed = Array(repeating: Array(repeating: 0, count: subjects), count: trials)
    verified = claimed
    transfer = Array(repeating: Array(repeating: clean, count: subjects), count: trials)
  }

  mutating func add(trial: Int, subject: Int, clean: [Bool], fooled: [Bool], allowed: [Bool]) {
    for index in clean.indices {
      let isClaimed = clean[index] && fooled[index]
      let isVerified = isClaimed && allowed[index]
      claimed[trial][subject] += isClaimed ? 1 : 0
      verified[trial][subject] += isVerified ? 1 : 0
      robust[trial][subject].append(clean[index] && !isVerified)
    }
  }
}
