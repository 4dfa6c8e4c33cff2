extension Expression {
  /// The logarithm of the softmax over the last axis, `z − max z − log Σ exp(z − max z)`: it neither
  /// overflows nor loses the small probabilities.
  public func logSoftmax() -> Expression {
    let last = shape.rank - 1
    // The largest logit cancels out, so it is a constant to differentiation.
    let shifted = self - top(1).stopGradient()
    let total = shifted.exponential().sum([last]).logarithm()
    return shifted - total.unsqueezed(last..<last + 1, of: shape)
  }
}
