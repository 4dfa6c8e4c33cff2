extension Recipe {
  /// What epochs are compared by, on the validation part.
  public enum Figure: String, Hashable, Sendable, CaseIterable {
    /// The mean clean cross-entropy.
    case clean
    /// The accuracy under the guard's attack.
    case robust
  }

  /// What selects the epoch to deliver: the robust accuracy, in a tie the clean one, then the loss;
  /// without an adversary the loss alone, and without a validation part the last epoch.
  func score(of record: EpochRecord) -> TrainingState.Score {
    guard let validation = record.validation else {
      return .init(values: [Double(record.epoch)])
    }
    guard let attacked = validation.attacked else { return .init(values: [-validation.loss]) }
    return .init(
      values: [attacked.robustAccuracy, validation.cleanAccuracy, -validation.loss])
  }

  /// The figure that early stopping waits for, the larger the better; nil without a validation part.
  func stoppingFigure(of record: EpochRecord) -> Double? {
    guard let validation = record.validation else { return nil }
    guard patienceFigure != .clean, let attacked = validation.attacked else {
      return -validation.loss
    }
    return attacked.robustAccuracy
  }
}
