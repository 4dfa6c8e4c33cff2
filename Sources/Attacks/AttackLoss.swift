internal import Autodiff

/// What an attack increases, one number an example, made of logits alone.
public enum AttackLoss: Hashable, Sendable {
  /// The cross-entropy with the true class, or with the probabilities that stand for it; towards a
  /// target, minus the one with the target.
  case crossEntropy
  /// The difference of logits ratio, which no scaling of the logits changes (Croce & Hein 2020,
  /// section 4.1; towards a target, their equation 9). It needs three classes, towards a target
  /// four; below, and between equal logits, it is the margin.
  case logitRatio
  /// The largest other logit minus the true class's; towards a target, the target's logit minus
  /// the true class's.
  case margin

  func callAsFunction(
    _ logits: Expression, labels: Expression, targets: Expression?,
    probabilities: Expression? = nil
  ) -> Expression {
    switch self {
    case .crossEntropy:
      if let targets { return -logits.softmaxCrossEntropy(labels: targets) }
      return probabilities.map { logits.softmaxCrossEntropy(probabilities: $0) }
        ?? logits.softmaxCrossEntropy(labels: labels)
    case .margin:
      return Self.margin(logits, labels: labels, targets: targets)
    case .logitRatio:
      let margin = Self.margin(logits, labels: labels, targets: targets)
      guard logits.shape[1].multiple >= (targets == nil ? 3 : 4) else { return margin }
      let sorted = logits.top(targets == nil ? 3 : 4)
      let first = sorted.column(0)
      let spread =
        targets == nil
        ? first - sorted.column(2)
        : first - 0.5 * (sorted.column(2) + sorted.column(3))
      return margin / (spread + 1e-12)
    }
  }

  private static func margin(
    _ logits: Expression, labels: Expression, targets: Expression?
  ) -> Expression {
    let own = logits.element(labels)
    guard let targets else {
      let places = logits.topIndices(2)
      let best = places.column(0)
      let values = logits.takeAlongLastAxis(places)
      let other = Expression.select(best.isEqual(to: labels), values.column(1), values.column(0))
      return other - own
    }
    return logits.element(targets) - own
  }
}

extension Expression {
  /// `[N, K]` to `[N]`.
  fileprivate func column(_ index: Int) -> Expression {
    slice(axis: 1, from: Dimension(index), count: 1).reshaped(to: [.batch])
  }

  /// The element of each row `[N, C]` at a place `[N]`.
  fileprivate func element(_ places: Expression) -> Expression {
    takeAlongLastAxis(places.reshaped(to: [.batch, 1])).reshaped(to: [.batch])
  }
}
