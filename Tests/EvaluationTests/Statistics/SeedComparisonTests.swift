import Foundation
import Testing

@testable import Evaluation

@Suite struct SeedComparisonTests {
  static func accuracies(_ correct: [Int], of count: Int) -> [Accuracy] {
    correct.map { Accuracy(correct: $0, count: count) }
  }

  @Test func theFiguresAreThoseOfSciPy() throws {
    for example in try GoldenStatistics.load().seeds {
      let comparison = SeedComparison(
        baseline: Self.accuracies(example.baseline, of: example.examples),
        candidate: Self.accuracies(example.candidate, of: example.examples))
      #expect(abs(comparison.pValue - example.pValue) < 1e-15)
      let interval = try #require(comparison.intervalPoints)
      #expect(abs(interval.lowerBound - example.interval[0]) < 1e-11)
      #expect(abs(interval.upperBound - example.interval[1]) < 1e-11)
      let middle = (interval.lowerBound + interval.upperBound) / 2
      #expect(abs(middle - comparison.differencePoints) < 1e-11)
      #expect(comparison.isExact)
    }
  }

  @Test func theQuantilesAreThoseOfSciPy() throws {
    for example in try GoldenStatistics.load().student {
      let level = try #require(ConfidenceLevel(rawValue: example.confidence))
      let quantile = StudentDistribution(degrees: example.degrees).quantile(level)
      #expect(abs(quantile - example.quantile) < 1e-12 * example.quantile)
    }
  }

  @Test(arguments: [0, 0.1, 0.5, 1, 1.5, 20, 1e9])
  func theArctangentIsThatOfTheLibrary(tangent: Double) {
    #expect(abs(StudentDistribution.arctangent(tangent) - atan(tangent)) < 1e-15)
  }

  @Test(arguments: [(1, 1, 1), (2, 2, 1.0 / 3), (3, 3, 0.1), (4, 4, 2.0 / 70), (2, 5, 1.0 / 21)])
  func theSmallestPossiblePValueIsReachedBySeparateSides(
    first: Int, second: Int, smallest: Double
  ) {
    let comparison = SeedComparison(
      baseline: Self.accuracies((0..<first).map { 100 + $0 }, of: 1000),
      candidate: Self.accuracies((0..<second).map { 900 + $0 }, of: 1000))
    #expect(comparison.smallestPossiblePValue == smallest)
    #expect(comparison.pValue == smallest)
    #expect(Verdict(of: comparison) == (smallest <= 0.05 ? .better : .inconclusive))
  }

  @Test func tooFewCheckpointsShowNothing() {
    let few = SeedComparison(
      baseline: Self.accuracies([500, 501, 502], of: 1000),
      candidate: Self.accuracies([500, 502, 501], of: 1000))
    #expect(few.intervalPoints.map { abs($0.upperBound) < 1 } == true)
    #expect(Verdict(of: few) == .inconclusive)
    #expect(Verdict(of: few, isUndermined: true) == .invalid)
  }

  @Test func enoughCheckpointsShowEquivalence() {
    let alike = SeedComparison(
      baseline: Self.accuracies([500, 501, 502, 499], of: 1000),
      candidate: Self.accuracies([500, 502, 501, 500], of: 1000))
    #expect(Verdict(of: alike) == .equivalent)
    #expect(Verdict(of: alike, margin: 0.01) == .inconclusive)
  }

  @Test func withoutVariationThereIsNoInterval() {
    let constant = SeedComparison(
      baseline: Self.accuracies([5, 5, 5, 5], of: 10), candidate: Self.accuracies([5, 5], of: 10))
    #expect(constant.intervalPoints == nil && constant.pValue == 1)
    let single = SeedComparison(
      baseline: Self.accuracies([5], of: 10), candidate: Self.accuracies([5, 6], of: 10))
    #expect(single.intervalPoints == nil)
  }

  @Test func manyCheckpointsAreSplitAtRandomAndAlwaysAlike() {
    let baseline = (0..<11).map { 500 + 7 * $0 % 11 }
    let test = PermutationTest(baseline, baseline.map { $0 + 3 })
    #expect(!test.isExact)
    #expect(test.smallestPossiblePValue == 1.0 / 20_001)
    // The exact p-value, over all 705,432 splits, is that of SciPy.
    #expect(abs(test.pValue - 0.05522289887614965) < 0.007)
    #expect(PermutationTest(baseline, baseline.map { $0 + 3 }).pValue == test.pValue)
    let apart = PermutationTest(baseline, baseline.map { $0 + 100 })
    #expect(apart.pValue < 0.0003)
  }

  @Test func differentExamplesAreRefused() async {
    await #expect(processExitsWith: .failure) {
      _ = SeedComparison(
        baseline: [Accuracy(correct: 1, count: 2)], candidate: [Accuracy(correct: 1, count: 3)])
    }
    await #expect(processExitsWith: .failure) {
      _ = SeedComparison(baseline: [], candidate: [Accuracy(correct: 1, count: 3)])
    }
  }
}
