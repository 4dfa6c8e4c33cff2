import Autodiff
import Evaluation
import Testing

/// The rate of false verdicts, by simulation: the outcomes of two models are exchanged, example by
/// example, by a fair coin, so that neither is better.
@Suite struct VerdictCalibrationTests {
  static let runs = 2000

  /// How often each verdict falls in `runs` comparisons of `count` examples, of which the first
  /// `discordant` are classified correctly by one model alone.
  private func verdicts(
    count: Int, discordant: Int, radii: Int, seed: UInt64
  ) -> [Verdict: Int] {
    let key = RandomKey(seed: seed)
    var tally: [Verdict: Int] = [:]
    for run in 0..<Self.runs {
      let robust = (0..<radii).map { radius in
        let swapped = (0..<discordant).count {
          key.uniform(row: run, index: radius * discordant + $0) < 0.5
        }
        return Evidence.Robust(
          epsilon: 0.1 * Double(radius + 1), accuracy: Accuracy(correct: count / 2, count: count),
          comparison: PairedComparison(
            count: count, onlyBaselineCorrect: swapped, onlyCandidateCorrect: discordant - swapped))
      }
      let comparison = ComparisonVerdict(Evidence(robust: robust))!
      // With several radii, one false claim anywhere is a false claim.
      let claim = comparison.robust.map(\.verdict).first { $0 == .better || $0 == .worse }
      tally[claim ?? comparison.verdict, default: 0] += 1
    }
    return tally
  }

  /// At a true level of 5 %, more than 142 false claims in 2000 come with a probability of 2e-5;
  /// the seeds are fixed, so that a verdict of this test does not change.
  @Test(arguments: [(400, 80, 1), (400, 7, 1), (1000, 300, 1), (400, 60, 4)])
  func equalModelsAreSeldomCalledBetterOrWorse(count: Int, discordant: Int, radii: Int) {
    let tally = verdicts(
      count: count, discordant: discordant, radii: radii, seed: UInt64(discordant))
    let wrong = tally[.better, default: 0] + tally[.worse, default: 0]
    #expect(wrong <= 142)
    #expect(wrong > 0)
    #expect(tally.values.reduce(0, +) == Self.runs)
  }

  /// The test above can fail: it would, were the p-values not corrected over the radii.
  @Test func withoutCorrectionFourRadiiWouldPassTheLevel() {
    let key = RandomKey(seed: 60)
    let wrong = (0..<Self.runs).count { run in
      (0..<4).contains { radius in
        let swapped = (0..<60).count { key.uniform(row: run, index: radius * 60 + $0) < 0.5 }
        return Verdict(
          of: PairedComparison(
            count: 400, onlyBaselineCorrect: swapped, onlyCandidateCorrect: 60 - swapped))
          != .inconclusive
      }
    }
    #expect(wrong > 142)
  }
}
