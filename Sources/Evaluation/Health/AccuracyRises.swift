internal import Attacks

/// A larger ball holds the smaller one, so accuracy cannot rise with ε under an attack that works
/// (Carlini et al. 2019, section 5.5).
enum AccuracyRises {
  /// - Parameter examinations: of one checkpoint at several radii.
  static func findings(_ examinations: [Examination]) -> [Report.Finding] {
    let ascending = examinations.sorted { $0.threat.epsilon < $1.threat.epsilon }
    return zip(ascending, ascending.dropFirst()).compactMap { smaller, larger in
      let counts = [smaller, larger].map { $0.outcome.standing.count }
      let rise = counts[1] - counts[0]
      guard !larger.iterativePlans.isEmpty,
        larger.isMoreThanLuck(rise, of: larger.outcome.examples.count)
      else { return nil }
      return larger.finding(
        "accuracy-rises",
        "\(counts[1]) examples withstand the attacks, but only \(counts[0]) at the smaller ε "
          + "\(Figures.epsilon(smaller.threat.epsilon)), so the attacks do not converge; evaluate "
          + "with more steps.")
    }
  }
}
