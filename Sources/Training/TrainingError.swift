/// Why a training ended without its result.
public enum TrainingError: Error, Hashable, CustomStringConvertible {
  case notFinite(epoch: Int, step: Int)
  case noTrainingExamples(count: Int, validation: Int)
  case batchTooLarge(batchSize: Int, examples: Int)

  /// The guard ended the run before there were weights to deliver.
  case collapsed(GuardEvent)
  /// A run to be continued has other tensors than the model and the recipe ask for.
  case unfitState

  public var description: String {
    switch self {
    case .notFinite(let epoch, let step):
      "the loss is no longer finite (epoch \(epoch), step \(step)); a smaller --learning-rate may "
        + "help"
    case .collapsed(let event):
      "the training collapsed in epoch \(event.epoch), before there was anything to deliver: "
        + event.message
    case .unfitState:
      "the interrupted run does not fit its model and recipe; leave out --resume to begin anew"
    case .noTrainingExamples(let count, let validation):
      "a validation part of \(validation) leaves nothing of \(count) training examples; "
        + "use a smaller --validation"
    case .batchTooLarge(let batchSize, let examples):
      "a batch of \(batchSize) is more than the \(examples) training examples; "
        + "use a smaller --batch-size"
    }
  }
}
