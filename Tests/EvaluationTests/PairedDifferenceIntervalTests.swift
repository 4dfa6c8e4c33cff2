import Evaluation
import Testing

@Suite struct PairedDifferenceIntervalTests {
  struct Example: Sendable {
    let count: Int
    let first: Int
    let second: Int
    let lower: Double
    let upper: Double
  }

  /// Made with the paper's formula in Python and SciPy's `norm.ppf`: p, q = (b + 1) / (n + 2),
  /// (c + 1) / (n + 2); q − p ∓ z·√((p + q − (p − q)²) / (n + 2)), cut to -1…1. The first is the
  /// airway example of Fagerland, Lydersen and Laake.
  static let examples = [
    Example(
      count: 21, first: 1, second: 7, lower: 0.013379823768343235, upper: 0.5083593066664394),
    Example(
      count: 161, first: 6, second: 16, lower: 0.0032005754365555666, upper: 0.1194988110665119),
    Example(
      count: 10_000, first: 121, second: 69, lower: -0.007912310628643893,
      upper: -0.0024856097872729245),
    Example(
      count: 10_000, first: 0, second: 0, lower: -0.00027712533980197516,
      upper: 0.00027712533980197516),
    Example(count: 5, first: 0, second: 5, lower: 0.19583598522357692, upper: 1),
  ]

  @Test(arguments: examples)
  func theBoundsAreThoseOfTheFormula(example: Example) {
    let interval = PairedDifferenceInterval(
      count: example.count, onlyFirstCorrect: example.first, onlySecondCorrect: example.second)
    #expect(abs(interval.lower - example.lower) < 1e-14)
    #expect(abs(interval.upper - example.upper) < 1e-14)
  }

  @Test(arguments: 1...20, ConfidenceLevel.allCases)
  func theDifferenceLiesInsideAndTheSidesAreAlike(count: Int, confidence: ConfidenceLevel) {
    for first in 0...count {
      for second in 0...(count - first) {
        let interval = PairedDifferenceInterval(
          count: count, onlyFirstCorrect: first, onlySecondCorrect: second, confidence: confidence)
        let mirrored = PairedDifferenceInterval(
          count: count, onlyFirstCorrect: second, onlySecondCorrect: first, confidence: confidence)
        let difference = Double(second - first) / Double(count)
        #expect((interval.lower...interval.upper).contains(difference))
        #expect(mirrored.lower == -interval.upper && mirrored.upper == -interval.lower)
      }
    }
  }

  @Test func countsThatDoNotFitAreRefused() async {
    await #expect(processExitsWith: .failure) {
      _ = PairedDifferenceInterval(count: 2, onlyFirstCorrect: 2, onlySecondCorrect: 1)
    }
    await #expect(processExitsWith: .failure) {
      _ = PairedDifferenceInterval(count: 2, onlyFirstCorrect: -1, onlySecondCorrect: 1)
    }
  }
}
