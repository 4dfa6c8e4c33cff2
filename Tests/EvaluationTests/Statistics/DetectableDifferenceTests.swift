import Autodiff
import Testing

@testable import Evaluation

@Suite struct DetectableDifferenceTests {
  @Test func theDifferenceIsThatOfSciPy() throws {
    for example in try GoldenStatistics.load().detectable {
      let points = DetectableDifference(
        count: example.count, discordant: example.discordant, alpha: example.alpha,
        power: example.power
      ).points
      if let expected = example.points {
        #expect(abs(try #require(points) - expected) < 1e-10)
      } else {
        #expect(points == nil)
      }
    }
  }

  @Test func theCumulativeProbabilitiesAreThoseOfSciPy() throws {
    for example in try GoldenStatistics.load().binomial {
      let cumulative = BinomialDistribution(
        count: example.count, probability: example.probability
      ).cumulative(example.limit)
      #expect(abs(cumulative - example.cumulative) < 1e-11)
    }
  }

  @Test func theCumulativeProbabilityEndsAtZeroAndOne() {
    let distribution = BinomialDistribution(count: 4, probability: 0.3)
    #expect(distribution.cumulative(-1) == 0 && distribution.cumulative(4) == 1)
    #expect(BinomialDistribution(count: 4, probability: 0).cumulative(0) == 1)
    #expect(BinomialDistribution(count: 4, probability: 1).cumulative(3) == 0)
  }

  /// The definition, tried out: with the split that belongs to the difference, the test names the
  /// better side in about 80 of 100 comparisons.
  @Test func theTestShowsTheDifferenceAsOftenAsPromised() throws {
    let (count, discordant, runs) = (400, 60, 2000)
    let points = try #require(DetectableDifference(count: count, discordant: discordant).points)
    let worseShare = (1 - points * Double(count) / 100 / Double(discordant)) / 2
    let key = RandomKey(seed: 11)
    let shown = (0..<runs).count { run in
      let worse = (0..<discordant).count {
        Double(key.uniform(row: run, index: $0)) < worseShare
      }
      let test = McNemarTest(onlyFirstCorrect: worse, onlySecondCorrect: discordant - worse)
      return test.pValue <= 0.05 && 2 * worse < discordant
    }
    // Four standard errors.
    #expect(abs(Double(shown) / Double(runs) - 0.8) < 4 * (0.8 * 0.2 / Double(runs)).squareRoot())
  }

  @Test func whatDoesNotFitIsRefused() async {
    await #expect(processExitsWith: .failure) { _ = DetectableDifference(count: 3, discordant: 4) }
    await #expect(processExitsWith: .failure) {
      _ = DetectableDifference(count: 9, discordant: 8, alpha: 0.9)
    }
  }
}
