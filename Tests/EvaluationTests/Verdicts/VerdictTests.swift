import Evaluation
import Testing

@Suite struct VerdictTests {
  /// Lost, gained, of how many examples.
  @Test(
    arguments: [
      (0, 0, 1000, .equivalent), (10, 12, 10_000, .equivalent), (20, 60, 1000, .better),
      (60, 20, 1000, .worse), (20, 22, 1000, .inconclusive), (0, 5, 10, .inconclusive),
      // Significant, and too small to matter.
      (5, 40, 10_000, .equivalent),
      // Significant, and not shown to be too small to matter.
      (20, 110, 10_000, .better),
    ] as [(Int, Int, Int, Verdict)])
  func theRulesAreTriedInTheirOrder(lost: Int, gained: Int, count: Int, expected: Verdict) {
    let comparison = PairedComparison(
      count: count, onlyBaselineCorrect: lost, onlyCandidateCorrect: gained)
    #expect(Verdict(of: comparison) == expected)
    #expect(Verdict(of: comparison, isUndermined: true) == .invalid)
  }

  @Test func theMarginAndTheLevelAreThoseAskedFor() {
    let comparison = PairedComparison(
      count: 1000, onlyBaselineCorrect: 20, onlyCandidateCorrect: 38)
    #expect((0.02...0.03).contains(comparison.pValue))
    #expect(Verdict(of: comparison) == .better)
    #expect(Verdict(of: comparison, alpha: 0.01) == .inconclusive)
    #expect(Verdict(of: comparison, adjustedPValue: 0.06) == .inconclusive)
    #expect(Verdict(of: comparison, margin: 5) == .equivalent)
    let edge = max(-comparison.intervalPoints.lowerBound, comparison.intervalPoints.upperBound)
    #expect(Verdict(of: comparison, margin: edge) == .equivalent)
    #expect(Verdict(of: comparison, margin: edge.nextDown) == .better)
  }

  @Test func theWeakestIsTheSmallest() {
    #expect(
      Verdict.allCases.shuffled().sorted()
        == [.invalid, .worse, .inconclusive, .equivalent, .better])
  }

  static func evidence(_ pairs: [(Int, Int)], count: Int = 1000) -> Evidence {
    Evidence(
      robust: pairs.enumerated().map { index, pair in
        Evidence.Robust(
          epsilon: Double(index + 1) / 10, accuracy: Accuracy(correct: 500, count: count),
          comparison: PairedComparison(
            count: count, onlyBaselineCorrect: pair.0, onlyCandidateCorrect: pair.1))
      })
  }

  @Test func theWeakestRadiusDecides() throws {
    let comparison = try #require(
      ComparisonVerdict(Self.evidence([(20, 80), (80, 20), (30, 32)])))
    #expect(comparison.robust.map(\.verdict) == [.better, .worse, .inconclusive])
    #expect(comparison.verdict == .worse)
    #expect(comparison.weakest.epsilon == 0.2)
  }

  @Test func pValuesAreCorrectedOverTheRadii() throws {
    let alone = try #require(ComparisonVerdict(Self.evidence([(20, 38)])))
    #expect(alone.verdict == .better)
    let together = try #require(ComparisonVerdict(Self.evidence([(20, 38), (30, 32), (31, 32)])))
    #expect(together.robust[0].verdict == .inconclusive)
    #expect(together.robust[0].adjustedPValue == 3 * alone.robust[0].adjustedPValue)
    // Beside a clear difference Holm's factor falls to 2, Bonferroni's would not.
    let beside = try #require(ComparisonVerdict(Self.evidence([(20, 38), (0, 90)])))
    #expect(beside.robust.map(\.verdict) == [.better, .better])
  }

  @Test func oneFindingUnderminesAll() throws {
    var evidence = Self.evidence([(20, 80), (0, 90)])
    evidence.underminingFindings = ["trained-on-test-data"]
    let comparison = try #require(ComparisonVerdict(evidence))
    #expect(comparison.robust.allSatisfy { $0.verdict == .invalid })
    #expect(comparison.verdict == .invalid)
  }

  @Test func withoutABaselineThereIsNoVerdict() {
    let accuracy = Accuracy(correct: 1, count: 2)
    #expect(
      ComparisonVerdict(Evidence(robust: [.init(epsilon: 0.1, accuracy: accuracy)])) == nil)
    #expect(ComparisonVerdict(Evidence(robust: [])) == nil)
  }

  @Test func sequentialEvidenceIsJudgedByTheSequentialTest() throws {
    // Shown by McNemar's test, not by one that may be looked at again and again.
    var evidence = Self.evidence([(20, 38)])
    #expect(try #require(ComparisonVerdict(evidence)).verdict == .better)
    evidence.isSequential = true
    let sequential = try #require(ComparisonVerdict(evidence))
    let test = SequentialPairedTest(count: 1000, onlyBaselineCorrect: 20, onlyCandidateCorrect: 38)
    #expect(sequential.verdict == .inconclusive)
    #expect(sequential.weakest.method == .sequential)
    #expect(sequential.weakest.adjustedPValue == test.pValue)
    #expect(sequential.weakest.intervalPoints == test.intervalPoints)
  }

  @Test func severalCheckpointsAreJudgedAsRecipes() throws {
    func accuracies(_ base: Int) -> [Accuracy] {
      (0..<4).map { Accuracy(correct: base + $0, count: 1000) }
    }
    var evidence = Self.evidence([(20, 22)])
    evidence.robust[0].seeds = SeedComparison(
      baseline: accuracies(500), candidate: accuracies(600))
    let comparison = try #require(ComparisonVerdict(evidence))
    #expect(comparison.verdict == .better)
    #expect(comparison.weakest.method == .seeds)
    #expect(comparison.weakest.differencePoints == 10)
    evidence.robust[0].seeds = SeedComparison(
      baseline: Array(accuracies(500).prefix(3)), candidate: Array(accuracies(600).prefix(3)))
    #expect(try #require(ComparisonVerdict(evidence)).verdict == .inconclusive)
  }
}
