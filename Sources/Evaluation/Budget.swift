/// A limit to the work of an evaluation, which then attacks the examples in a random order that
/// the seed fixes, and stops as soon as the verdict is settled.
///
/// It is settled when the gate has an outcome and the comparison a verdict by
/// ``SequentialPairedTest`` and ``SequentialProportionInterval``, which hold whenever one stops.
public enum Budget: Hashable, Sendable {
  /// At most about so many gradients and queries, of all checkpoints together.
  case steps(Int)
  /// At most about so many seconds. What is found does not depend on the clock, but how many examples
  /// are attacked does.
  case seconds(Double)

  /// How many examples are attacked between two looks at the verdict.
  static let batchSize = 32
}

extension Report {
  /// What an evaluation with a ``Evaluation/Budget`` did.
  public struct Spending: Hashable, Sendable, Codable {
    /// The gradients and queries that were allowed; nil for a limit in seconds.
    public var limit: Int?
    /// The seconds that were allowed; nil for a limit in gradients and queries.
    public var seconds: Double?
    /// The gradients and queries that were taken, without those of the checks.
    public var spent: Int
    /// How many examples were attacked, and how many there are.
    public var attacked: Int
    public var available: Int
    /// Whether the verdict was settled when it stopped.
    public var isSettled: Bool

    init(_ budget: Budget, spent: Int, attacked: Int, available: Int, isSettled: Bool) {
      switch budget {
      case .steps(let limit): self.limit = limit
      case .seconds(let limit): seconds = limit
      }
      self.spent = spent
      self.attacked = attacked
      self.available = available
      self.isSettled = isSettled
    }
  }
}
