internal import Networks

/// Outputs that are probabilities already: a softmax on top of them flattens the gradients that the
/// attacks follow.
enum ProbabilityOutputs: HealthCheck {
  static func findings(_ examination: Examination) -> [Report.Finding] {
    let trial = examination.trial
    let classes = trial.model.classCount
    let rows = stride(from: 0, to: trial.answers.logits.count, by: classes).map {
      trial.answers.logits[$0..<$0 + classes]
    }
    let count = rows.count { row in
      row.allSatisfy { (0...1).contains($0) } && abs(row.reduce(0, +) - 1) < 1e-3
    }
    guard count == rows.count else { return [] }
    return [
      Report.Finding(
        code: "probability-outputs", severity: .invalid, checkpoint: examination.path,
        message: "\(examination.path) ends in probabilities, not in logits: all \(count) outputs "
          + "are in 0…1 with the sum 1, and a softmax of those flattens the gradients that attacks "
          + "follow; take the last softmax away.")
    ]
  }
}
