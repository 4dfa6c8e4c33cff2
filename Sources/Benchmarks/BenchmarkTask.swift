/// What is timed: the work that the program exists for.
public enum BenchmarkTask: String, Hashable, Sendable, CaseIterable, Codable {
  /// A step of plain training.
  case clean
  /// A step of training with FGSM examples mixed in, α = ½.
  case fgsm
  /// Attacking and checking a batch with FGSM.
  case fgsmEvaluation = "fgsm-eval"
  /// The same with 40 steps of projected gradient descent.
  case pgdEvaluation = "pgd-eval"
}
