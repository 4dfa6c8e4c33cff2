/// How the learning rate goes over a run.
public enum LearningRateSchedule: String, Hashable, Sendable, CaseIterable {
  case constant
  /// In equal parts down to 0, so that the last weights are not tossed about by the last batches.
  case linear

  /// What the learning rate is multiplied by at a step, counted from 1, of a run of `count` steps.
  public func factor(step: Int, of count: Int) -> Double {
    precondition((1...count).contains(step), "LearningRateSchedule: step \(step) of \(count)")
    return switch self {
    case .constant: 1
    case .linear: Double(count - step + 1) / Double(count)
    }
  }
}
