/// How many of a number of examples were classified correctly, with the interval of the proportion.
public struct Accuracy: Hashable, Sendable, Codable {
  public let correct: Int
  public let count: Int

  /// `correct / count`, in 0…1.
  public let accuracy: Double

  /// The ``WilsonInterval`` of the accuracy; encoded as `[lower, upper]`.
  public let interval: ClosedRange<Double>

  /// - Precondition: `count` is positive and `correct` is in `0 ... count`.
  public init(correct: Int, count: Int, confidence: ConfidenceLevel = .percent95) {
    self.correct = correct
    self.count = count
    interval = WilsonInterval(correct: correct, count: count, confidence: confidence).range
    accuracy = Double(correct) / Double(count)
  }

  /// The accuracy of a list that says for every example whether it was classified correctly.
  ///
  /// - Precondition: `outcomes` is not empty.
  public init(outcomes: [Bool], confidence: ConfidenceLevel = .percent95) {
    self.init(
      correct: outcomes.count { $0 }, count: outcomes.count, confidence: confidence)
  }
}
