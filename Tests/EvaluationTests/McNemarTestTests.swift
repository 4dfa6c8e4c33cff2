import Evaluation
import Testing

@Suite struct McNemarTestTests {
  /// Made with SciPy 1.17.1: `scipy.stats.binomtest(min(b, c), b + c, 0.5).pvalue`.
  static let examples: [(Int, Int, Double)] = [
    (0, 1, 1),
    (3, 3, 1),
    (0, 10, 0.001953125),
    (9, 1, 0.021484375),
    (10, 25, 0.016673847800120715),
    (5, 90, 3.093195048615164e-21),
    (120, 65, 6.404007801362497e-05),
    (500, 600, 0.0028195449914364284),
    (1020, 1, 9.096101933577439e-305),
    (4000, 4300, 0.001029736761268162),
    (49_700, 50_300, 0.058197353110190364),
    (48_000, 52_000, 1.1530938666727834e-36),
    (49_999, 50_001, 0.9974768737858044),
  ]

  @Test(arguments: examples)
  func thePValueIsThatOfSciPy(first: Int, second: Int, expected: Double) {
    let test = McNemarTest(onlyFirstCorrect: first, onlySecondCorrect: second)
    #expect(abs(test.pValue - expected) <= 1e-10 * expected)
    #expect(test.pValue <= 1)
  }

  @Test(arguments: examples)
  func theOrderOfTheClassifiersIsAllTheSame(first: Int, second: Int, expected: Double) {
    #expect(
      McNemarTest(onlyFirstCorrect: first, onlySecondCorrect: second).pValue
        == McNemarTest(onlyFirstCorrect: second, onlySecondCorrect: first).pValue)
  }

  @Test func noDiscordantExampleIsNoEvidence() {
    #expect(McNemarTest(onlyFirstCorrect: 0, onlySecondCorrect: 0).pValue == 1)
  }

  /// Small cases against the definition, summed over all 2ⁿ outcomes in whole numbers: an outcome
  /// counts if it is at least as far from n/2 as the observed one.
  @Test(arguments: 1...12)
  func thePValueIsTheShareOfOutcomesAtLeastAsFarFromTheMiddle(count: Int) {
    for observed in 0...count {
      let distance = abs(2 * observed - count)
      let extreme = (0..<(1 << count)).count { abs(2 * $0.nonzeroBitCount - count) >= distance }
      let test = McNemarTest(onlyFirstCorrect: observed, onlySecondCorrect: count - observed)
      #expect(abs(test.pValue - Double(extreme) / Double(1 << count)) < 1e-15)
    }
  }

  @Test func aPValueIsNeverZero() {
    let test = McNemarTest(onlyFirstCorrect: 1, onlySecondCorrect: 100_000)
    #expect(test.pValue == .leastNormalMagnitude)
  }

  @Test func negativeCountsAreRefused() async {
    await #expect(processExitsWith: .failure) {
      _ = McNemarTest(onlyFirstCorrect: -1, onlySecondCorrect: 3)
    }
  }
}
