extension Expression {
  /// The cross-entropy of softmax(logits) with labels of which every class has taken an equal part
  /// of `smoothing`, per example: `[N, C]` to `[N]` (Szegedy et al. 2016, "Rethinking the Inception
  /// architecture", section 7; as `label_smoothing` of PyTorch's `CrossEntropyLoss`).
  ///
  /// A label outside `0 ..< C` gives NaN. Without smoothing it is the plain cross-entropy itself.
  ///
  /// - Precondition: `smoothing` is in 0…1.
  public func softmaxCrossEntropy(labels: Expression, smoothing: Double) -> Expression {
    precondition((0...1).contains(smoothing), "softmaxCrossEntropy: a smoothing of \(smoothing)")
    let plain = softmaxCrossEntropy(labels: labels)
    guard smoothing > 0 else { return plain }
    // The mean of all classes' losses is the label's and the mean of z[label] − z[class]: the
    // differences are as exact as the logits, whatever these have in common.
    let own = takeAlongLastAxis(labels.reshaped(to: [shape[0], 1]))
    return plain + Float(smoothing) * (own - self).mean([1])
  }

  /// The cross-entropy of softmax(logits) with probabilities, per example: two times `[N, C]` to
  /// `[N]`.
  public func softmaxCrossEntropy(probabilities: Expression) -> Expression {
    precondition(
      shape.rank == 2 && probabilities.type == type,
      "softmaxCrossEntropy: probabilities \(probabilities.type) of logits \(type)")
    return -(probabilities * logSoftmax()).sum([1])
  }
}
