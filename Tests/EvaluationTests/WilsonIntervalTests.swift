import Evaluation
import Testing

@Suite struct WilsonIntervalTests {
  struct Example: Sendable {
    let correct: Int
    let count: Int
    let confidence: ConfidenceLevel
    let lower: Double
    let upper: Double
  }

  /// Made with SciPy 1.17.1:
  /// `scipy.stats.binomtest(correct, count).proportion_ci(confidence, "wilson")`.
  /// 81 of 263 is the example of R. G. Newcombe, "Two-sided confidence intervals for the single
  /// proportion", Statistics in Medicine 17 (1998), table I: 0.2553 to 0.3662.
  static let examples = [
    Example(correct: 0, count: 1, confidence: .percent95, lower: 0, upper: 0.7934506856227626),
    Example(correct: 1, count: 1, confidence: .percent99, lower: 0.13097754328018596, upper: 1),
    Example(correct: 0, count: 10, confidence: .percent95, lower: 0, upper: 0.27753279986288926),
    Example(
      correct: 1, count: 10, confidence: .percent95, lower: 0.017876213095072896,
      upper: 0.4041500267952385),
    Example(
      correct: 5, count: 10, confidence: .percent99, lower: 0.1842255182472355,
      upper: 0.8157744817527646),
    Example(correct: 10, count: 10, confidence: .percent95, lower: 0.7224672001371109, upper: 1),
    Example(
      correct: 81, count: 263, confidence: .percent95, lower: 0.2552885198782742,
      upper: 0.36620957698280004),
    Example(
      correct: 9734, count: 10000, confidence: .percent95, lower: 0.9700597819368241,
      upper: 0.9763766484058193),
    Example(
      correct: 1, count: 10000, confidence: .percent95, lower: 1.765267360112231e-05,
      upper: 0.0005662688974013381),
    Example(
      correct: 59999, count: 60000, confidence: .percent99, lower: 0.9998580577299958,
      upper: 0.9999980432392406),
    Example(
      correct: 10000, count: 10000, confidence: .percent95, lower: 0.9996160016293234, upper: 1),
  ]

  @Test(arguments: examples)
  func theBoundsAreThoseOfSciPy(example: Example) {
    let interval = WilsonInterval(
      correct: example.correct, count: example.count, confidence: example.confidence)
    #expect(abs(interval.lower - example.lower) < 1e-14)
    #expect(abs(interval.upper - example.upper) < 1e-14)
  }

  @Test(arguments: [1, 2, 7, 100, 9_999, 10_000, 60_000], ConfidenceLevel.allCases)
  func nothingAndEverythingCorrectGiveExactEnds(count: Int, confidence: ConfidenceLevel) {
    let nothing = WilsonInterval(correct: 0, count: count, confidence: confidence)
    let everything = WilsonInterval(correct: count, count: count, confidence: confidence)
    #expect(nothing.lower == 0)
    #expect(everything.upper == 1)
    #expect(abs(nothing.upper - (1 - everything.lower)) < 1e-15)
  }

  @Test func theProportionLiesInsideItsInterval() {
    for correct in 0...500 {
      let range = WilsonInterval(correct: correct, count: 500).range
      #expect(range.contains(Double(correct) / 500))
      #expect((0...1).contains(range.lowerBound) && (0...1).contains(range.upperBound))
    }
  }

  @Test func aHigherLevelGivesAWiderInterval() {
    let ranges = ConfidenceLevel.allCases.map {
      WilsonInterval(correct: 30, count: 40, confidence: $0).range
    }
    #expect(ranges[0].lowerBound > ranges[1].lowerBound)
    #expect(ranges[1].lowerBound > ranges[2].lowerBound)
    #expect(ranges[0].upperBound < ranges[1].upperBound)
    #expect(ranges[1].upperBound < ranges[2].upperBound)
  }

  /// `scipy.stats.norm.ppf((1 + level) / 2)`.
  @Test func theQuantilesAreThoseOfSciPy() {
    #expect(ConfidenceLevel.percent90.normalQuantile == 1.6448536269514722)
    #expect(ConfidenceLevel.percent95.normalQuantile == 1.959963984540054)
    #expect(ConfidenceLevel.percent99.normalQuantile == 2.5758293035489004)
  }

  @Test func aProportionOfNothingIsRefused() async {
    await #expect(processExitsWith: .failure) { _ = WilsonInterval(correct: 0, count: 0) }
    await #expect(processExitsWith: .failure) { _ = WilsonInterval(correct: 3, count: 2) }
    await #expect(processExitsWith: .failure) { _ = WilsonInterval(correct: -1, count: 2) }
  }
}
