import Evaluation
import Testing

@Suite struct HolmCorrectionTests {
  @Test func theCorrectedValuesAreThoseOfTheDefinition() throws {
    for example in try GoldenStatistics.load().holm {
      let adjusted = HolmCorrection(pValues: example.pValues).adjustedPValues
      #expect(zip(adjusted, example.adjusted).allSatisfy { abs($0 - $1) < 1e-15 })
      #expect(adjusted.count == example.adjusted.count)
    }
  }

  @Test func oneTestNeedsNoCorrection() {
    #expect(HolmCorrection(pValues: [0.03]).adjustedPValues == [0.03])
    #expect(HolmCorrection(pValues: []).adjustedPValues.isEmpty)
  }

  @Test func whatIsNoPValueIsRefused() async {
    await #expect(processExitsWith: .failure) { _ = HolmCorrection(pValues: [0.1, 1.5]) }
    await #expect(processExitsWith: .failure) { _ = HolmCorrection(pValues: [.nan]) }
  }
}
