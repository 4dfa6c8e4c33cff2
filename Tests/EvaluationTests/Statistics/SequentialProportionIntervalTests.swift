import Autodiff
import Evaluation
import Testing

@Suite struct SequentialProportionIntervalTests {
  @Test func theBoundsAreThoseOfSciPy() throws {
    for example in try GoldenStatistics.load().proportion {
      let interval = SequentialProportionInterval(
        correct: example.correct, count: example.count, alpha: example.alpha)
      #expect(abs(interval.lower - example.interval[0]) < 1e-10)
      #expect(abs(interval.upper - example.interval[1]) < 1e-10)
    }
  }

  @Test(arguments: 1...12)
  func theProportionLiesInsideAndTheSidesAreAlike(count: Int) {
    for correct in 0...count {
      let interval = SequentialProportionInterval(correct: correct, count: count)
      let mirrored = SequentialProportionInterval(correct: count - correct, count: count)
      #expect(interval.range.contains(Double(correct) / Double(count)))
      #expect(abs(mirrored.lower - (1 - interval.upper)) < 1e-15)
    }
  }

  /// Looked at 60 times, the interval ever misses the truth in at most 5 % of the runs, and in some.
  @Test func theLevelHoldsOverAllLooks() {
    let (runs, truth) = (1000, 0.7)
    let key = RandomKey(seed: 8)
    let missed = (0..<runs).count { run in
      var correct = 0
      return (1...60).contains { count in
        correct += Double(key.uniform(row: run, index: count)) < truth ? 1 : 0
        return !SequentialProportionInterval(correct: correct, count: count).range.contains(truth)
      }
    }
    #expect(missed <= runs * 5 / 100)
    #expect(missed > 0)
  }
}
