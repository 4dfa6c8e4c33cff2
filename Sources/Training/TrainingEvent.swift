/// What happens in a run of training, for whoever shows it.
public enum TrainingEvent: Sendable {
  case started(training: Int, validation: Int, steps: Int)
  /// After every step: the epoch, the steps taken in it, the examples of this step, its loss.
  case step(epoch: Int, step: Int, examples: Int, loss: Double)
  /// After every epoch; `isBest` when its weights are the ones to deliver so far.
  case epoch(EpochRecord, isBest: Bool)
  /// No better validation loss within the patience.
  case stoppedEarly(epoch: Int)
}

/// Why a training ended without its result.
public enum TrainingError: Error, Hashable, CustomStringConvertible {
  case notFinite(epoch: Int, step: Int)
  case noTrainingExamples(count: Int, validation: Int)
  case batchTooLarge(batchSize: Int, examples: Int)

  public var description: String {
    switch self {
    case .notFinite(let epoch, let step):
      "the loss is no longer finite (epoch \(epoch), step \(step)); a smaller --learning-rate may "
        + "help"
    case .noTrainingExamples(let count, let validation):
      "a validation part of \(validation) leaves nothing of \(count) training examples; "
        + "use a smaller --validation"
    case .batchTooLarge(let batchSize, let examples):
      "a batch of \(batchSize) is more than the \(examples) training examples; "
        + "use a smaller --batch-size"
    }
  }
}
