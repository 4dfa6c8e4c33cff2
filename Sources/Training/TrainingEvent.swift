/// What happens in a run of training, for whoever shows it.
public enum TrainingEvent: Sendable {
  /// - Parameter epoch: the one that begins: 1, or a later one of a run that is continued.
  case started(training: Int, validation: Int, steps: Int, epoch: Int)
  /// After every step: the epoch, the steps taken in it, the examples of this step, its loss.
  case step(epoch: Int, step: Int, examples: Int, loss: Double)
  /// After every epoch; `isBest` when its weights are the ones to deliver so far.
  case epoch(EpochRecord, isBest: Bool)
  /// What the guard saw or did.
  case guarded(GuardEvent)
  /// No better figure within the patience.
  case stoppedEarly(epoch: Int)
}
