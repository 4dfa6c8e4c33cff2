/// How much too high a robust accuracy is, by what a probe broke of a sample of the examples that
/// count as robust.
struct Excess {
  /// The lower end of the 95 % interval, as a share of all examples.
  let atLeast: Double

  /// - Returns: nil if so much is found on sound models, too.
  init?(broken: Int, of examples: Int, robustAccuracy: Double) {
    guard broken >= 3 else { return nil }
    atLeast = robustAccuracy * WilsonInterval(correct: broken, count: examples).range.lowerBound
    // A short suite leaves up to 4 points that more steps find on sound models, so 5 must be shown.
    // Of a low accuracy 5 points are all there is: there a quarter of it is enough, but not less
    // than 1 point, the default margin of verdicts.
    guard atLeast > min(max(robustAccuracy / 4, 0.01), 0.05) else { return nil }
  }

  /// `the robust accuracy is at least 12.3 points too high`
  var description: String {
    "the robust accuracy is at least \(Figures.fixed(100 * atLeast, decimals: 1)) points too high"
  }
}
