import Autodiff
import Evaluation
import Foundation
import Testing

@Suite struct SequentialPairedTestTests {
  @Test func theFiguresAreThoseOfSciPy() throws {
    for example in try GoldenStatistics.load().sequential {
      let test = SequentialPairedTest(
        count: example.count, onlyBaselineCorrect: example.baseline,
        onlyCandidateCorrect: example.candidate, alpha: example.alpha)
      #expect(abs(test.pValue - example.pValue) <= 1e-9 * example.pValue + .leastNormalMagnitude)
      #expect(abs(test.intervalPoints.lowerBound - example.interval[0]) < 1e-8)
      #expect(abs(test.intervalPoints.upperBound - example.interval[1]) < 1e-8)
    }
  }

  @Test func nothingIsKnownBeforeTheFirstExample() {
    let test = SequentialPairedTest(count: 0, onlyBaselineCorrect: 0, onlyCandidateCorrect: 0)
    #expect(test.pValue == 1 && test.differencePoints == 0)
    #expect(test.intervalPoints == -100...100)
    #expect(Verdict(of: test) == .inconclusive)
  }

  @Test func theSidesAreAlikeAndTheDifferenceLiesInside() {
    for (first, second) in [(0, 3), (4, 9), (25, 5), (50, 0), (0, 0)] {
      let test = SequentialPairedTest(
        count: 50, onlyBaselineCorrect: first, onlyCandidateCorrect: second)
      let mirrored = SequentialPairedTest(
        count: 50, onlyBaselineCorrect: second, onlyCandidateCorrect: first)
      let interval = test.intervalPoints
      #expect(interval.contains(test.differencePoints))
      #expect(mirrored.pValue == test.pValue)
      #expect(mirrored.intervalPoints == -interval.upperBound ... -interval.lowerBound)
      for margin in [0, 5, 20, 60, 99, 100] as [Double] {
        #expect(
          test.liesWithin(margin: margin)
            == (-margin < interval.lowerBound && interval.upperBound < margin))
      }
    }
  }

  /// Under equal accuracy every step's likelihood ratio has expectation 1: over all ways in which n
  /// coins can fall, the mean of 1/p is 1.
  @Test(arguments: 1...12)
  func theWealthIsAFairGame(discordant: Int) {
    // A p-value is cut at 1, so only ratios above 1 can be read from it: their mean is at most 1.
    let total = (0..<(1 << discordant)).reduce(0.0) { sum, outcome in
      let first = outcome.nonzeroBitCount
      let test = SequentialPairedTest(
        count: discordant, onlyBaselineCorrect: first, onlyCandidateCorrect: discordant - first)
      return sum + (test.pValue < 1 ? 1 / test.pValue : 0)
    }
    #expect(total / Double(1 << discordant) <= 1 + 1e-12)
    #expect(discordant < 3 || total > 0)
  }

  /// Looked at after every example for as long as 400 examples last, two equally accurate models are
  /// called better or worse in at most 5 % of the runs, where the test for a fixed number of
  /// examples, looked at as often, speaks falsely far more often.
  @Test func theLevelHoldsOverAllLooks() {
    let (runs, examples) = (2000, 400)
    let key = RandomKey(seed: 3)
    var (wrong, wrongFixed) = (0, 0)
    for run in 0..<runs {
      var (baseline, candidate) = (0, 0)
      var (isWrong, isWrongFixed) = (false, false)
      for example in 0..<examples where !(isWrong && isWrongFixed) {
        let draw = key.uniform(row: run, index: example)
        guard draw < 0.25 else { continue }
        if draw < 0.125 { baseline += 1 } else { candidate += 1 }
        let test = SequentialPairedTest(
          count: example + 1, onlyBaselineCorrect: baseline, onlyCandidateCorrect: candidate)
        isWrong = isWrong || test.pValue <= 0.05
        isWrongFixed =
          isWrongFixed
          || McNemarTest(onlyFirstCorrect: baseline, onlySecondCorrect: candidate).pValue <= 0.05
      }
      wrong += isWrong ? 1 : 0
      wrongFixed += isWrongFixed ? 1 : 0
    }
    #expect(wrong <= runs * 5 / 100)
    #expect(wrongFixed > runs * 10 / 100)
  }

  /// The truth lies on the edge of the margin, so that every claim of equivalence is a false one.
  /// At α = 0.3 the side of the truth is refuted in at most 15 % of the runs.
  @Test func theIntervalHoldsOverAllLooks() {
    let (runs, looks, step) = (500, 15, 40)
    let key = RandomKey(seed: 5)
    var equivalent = 0
    for run in 0..<runs {
      var (baseline, candidate) = (0, 0)
      for look in 1...looks {
        for example in (look - 1) * step..<look * step {
          // A difference of 5 points: 3 % against 8 %.
          let draw = key.uniform(row: run, index: example)
          if draw < 0.03 { baseline += 1 } else if draw < 0.11 { candidate += 1 }
        }
        let test = SequentialPairedTest(
          count: look * step, onlyBaselineCorrect: baseline, onlyCandidateCorrect: candidate,
          alpha: 0.3)
        if test.liesWithin(margin: 5) {
          equivalent += 1
          break
        }
      }
    }
    #expect(equivalent <= runs * 15 / 100)
    #expect(equivalent > 0)
  }

  @Test func aLargeDifferenceIsSeenEarlyAndEqualityInTheEnd() {
    let large = SequentialPairedTest(count: 20, onlyBaselineCorrect: 0, onlyCandidateCorrect: 12)
    #expect(Verdict(of: large) == .better)
    let reversed = SequentialPairedTest(count: 20, onlyBaselineCorrect: 12, onlyCandidateCorrect: 0)
    #expect(Verdict(of: reversed) == .worse)
    let equal = SequentialPairedTest(
      count: 5000, onlyBaselineCorrect: 100, onlyCandidateCorrect: 100)
    #expect(Verdict(of: equal) == .equivalent)
  }

  @Test func comesBackFromJSON() throws {
    let test = SequentialPairedTest(count: 90, onlyBaselineCorrect: 3, onlyCandidateCorrect: 20)
    let data = try JSONEncoder().encode(test)
    #expect(try JSONDecoder().decode(SequentialPairedTest.self, from: data) == test)
    let text = String(decoding: data, as: UTF8.self)
    #expect(text.contains("\"intervalPoints\":[") && text.contains("\"pValue\":"))
    let broken = text.replacing("\"count\":90", with: "\"count\":9")
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(SequentialPairedTest.self, from: Data(broken.utf8))
    }
  }
}
