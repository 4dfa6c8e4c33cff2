import Evaluation
import Testing

@Suite struct AccuracyTests {
  @Test func theFiguresComeFromTheCounts() {
    let accuracy = Accuracy(correct: 9734, count: 10_000)
    #expect(accuracy.accuracy == 0.9734)
    #expect(accuracy.interval == WilsonInterval(correct: 9734, count: 10_000).range)
    #expect(Accuracy(outcomes: [true, false, true, true]) == Accuracy(correct: 3, count: 4))
  }

  @Test func theLevelReachesTheInterval() {
    #expect(
      Accuracy(correct: 3, count: 4, confidence: .percent99).interval
        == WilsonInterval(correct: 3, count: 4, confidence: .percent99).range)
  }

  @Test func aComparisonPairsTheExamples() {
    let comparison = PairedComparison(
      baselineOutcomes: [true, true, false, false, false, false, true, false],
      candidateOutcomes: [true, false, true, true, true, false, true, true])
    #expect(comparison.count == 8)
    #expect(comparison.onlyBaselineCorrect == 1)
    #expect(comparison.onlyCandidateCorrect == 4)
    #expect(comparison.differencePoints == 37.5)
    #expect(comparison.pValue == 0.375)
    let interval = PairedDifferenceInterval(count: 8, onlyFirstCorrect: 1, onlySecondCorrect: 4)
    #expect(comparison.intervalPoints == 100 * interval.lower...100 * interval.upper)
  }

  @Test func aWorseCandidateHasANegativeDifference() {
    let comparison = PairedComparison(count: 3, onlyBaselineCorrect: 1, onlyCandidateCorrect: 0)
    #expect(comparison.differencePoints == -100.0 / 3)
    #expect(comparison.pValue == 1)
  }

  @Test func outcomesOfDifferentExamplesAreRefused() async {
    await #expect(processExitsWith: .failure) {
      _ = PairedComparison(baselineOutcomes: [true], candidateOutcomes: [true, false])
    }
    await #expect(processExitsWith: .failure) {
      _ = PairedComparison(baselineOutcomes: [], candidateOutcomes: [])
    }
    await #expect(processExitsWith: .failure) {
      _ = PairedComparison(count: 2, onlyBaselineCorrect: 2, onlyCandidateCorrect: 1)
    }
  }
}
