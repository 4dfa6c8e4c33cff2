internal import Attacks

extension AttackPlan {
  /// A plan that the program itself writes down.
  init(literal text: String) {
    do {
      try self.init(text)
    } catch {
      preconditionFailure("AttackPlan: '\(text)' is none: \(error)")
    }
  }
}
