extension Expression {
  /// The Kullback-Leibler divergence of softmax(`logits`) from softmax(self) in nats, per example:
  /// `KL(p ‖ q) = Σ p · (log p − log q)`, where `p` belongs to self and `q` to `logits`, both
  /// `[N, C]`, to `[N]`.
  ///
  /// Both sides have a gradient; ``stopGradient()`` takes one away. For two equal rows it is exactly
  /// 0; for almost equal ones rounding may leave it a little below. TRADES (Zhang et al. 2019) has
  /// the clean logits as `p` and the adversarial ones as `q`.
  public func klDivergence(from logits: Expression) -> Expression {
    precondition(
      shape.rank == 2 && logits.type == type, "klDivergence: logits \(type) and \(logits.type)")
    let own = logSoftmax()
    return (own.exponential() * (own - logits.logSoftmax())).sum([1])
  }
}
