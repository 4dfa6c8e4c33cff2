import Evaluation
import Foundation
import Testing

@Suite struct GateTests {
  /// 762 of 1000: the interval is 73.46–78.74.
  static func evidence(
    correct: Int = 762, lost: Int = 20, gained: Int = 80, cleanLost: Int = 2, cleanGained: Int = 2
  ) -> Evidence {
    Evidence(
      robust: [
        Evidence.Robust(
          epsilon: 0.1, accuracy: Accuracy(correct: correct, count: 1000),
          comparison: PairedComparison(
            count: 1000, onlyBaselineCorrect: lost, onlyCandidateCorrect: gained))
      ],
      clean: PairedComparison(
        count: 1000, onlyBaselineCorrect: cleanLost, onlyCandidateCorrect: cleanGained))
  }

  private func single(
    _ requirements: Requirements, _ evidence: Evidence
  ) throws -> (RequirementResult, Gate) {
    let gate = Gate(requirements, evidence: evidence)
    #expect(gate.results.count == 1)
    return (try #require(gate.results.first), gate)
  }

  @Test(
    arguments: [
      (0.7, .met, .pass, "reaches the minimum of 70 %"),
      (0.8, .breached, .breached, "is below the minimum of 80 %"),
      (0.75, .inconclusive, .inconclusive, "does not show whether the minimum of 75 % is reached"),
    ] as [(Double, RequirementResult.Status, GateOutcome, String)])
  func theIntervalIsHeldAgainstTheMinimum(
    minimum: Double, status: RequirementResult.Status, outcome: GateOutcome, end: String
  ) throws {
    let (result, gate) = try single(Requirements(minimumRobust: minimum), Self.evidence())
    #expect(result.name == "min-robust" && result.epsilon == 0.1)
    #expect(result.status == status && gate.outcome == outcome && result.obstacle == nil)
    #expect(
      result.message
        == "robust accuracy 76.20 % (95 % interval 73.46–78.74) at ε 0.1 \(end)")
  }

  @Test func theMinimumIsMetAtItsVeryEdge() throws {
    let interval = Accuracy(correct: 762, count: 1000).interval
    func status(_ minimum: Double) throws -> RequirementResult.Status {
      try single(Requirements(minimumRobust: minimum), Self.evidence()).0.status
    }
    #expect(try status(interval.lowerBound) == .met)
    #expect(try status(interval.lowerBound.nextUp) == .inconclusive)
    #expect(try status(interval.upperBound) == .inconclusive)
    #expect(try status(interval.upperBound.nextUp) == .breached)
  }

  @Test func aBoundJustShortOfTheMinimumDoesNotReadLikeIt() throws {
    let bound = Accuracy(correct: 762, count: 1000).interval.lowerBound
    let (result, _) = try single(Requirements(minimumRobust: bound + 1e-6), Self.evidence())
    #expect(result.status == .inconclusive)
    #expect(!result.message.contains("73.46–"))
    #expect(result.message.contains("(95 % interval 73.46"))
  }

  @Test func everyRadiusIsHeldAgainstTheMinimum() {
    var evidence = Self.evidence()
    evidence.robust.append(
      Evidence.Robust(
        epsilon: 8.0 / 255, accuracy: Accuracy(correct: 100, count: 1000),
        comparison: evidence.robust[0].comparison))
    let gate = Gate(Requirements(minimumRobust: 0.7), evidence: evidence)
    #expect(gate.results.map(\.status) == [.met, .breached])
    #expect(gate.results[1].message.contains("at ε 8/255 is below"))
    #expect(gate.outcome == .breached)
  }

  @Test func aMinimumOfSequentialEvidenceNeedsMore() throws {
    var evidence = Self.evidence()
    evidence.isSequential = true
    let requirements = Requirements(minimumRobust: 0.73)
    #expect(try single(requirements, Self.evidence()).0.status == .met)
    #expect(try single(requirements, evidence).0.status == .inconclusive)
  }

  @Test(
    arguments: [
      (20, 80, .better, .met, .met), (80, 20, .worse, .breached, .breached),
      (20, 22, .inconclusive, .inconclusive, .inconclusive),
      (0, 0, .equivalent, .breached, .met),
    ] as [(Int, Int, Verdict, RequirementResult.Status, RequirementResult.Status)])
  func theVerdictIsHeldAgainstWhatIsRequired(
    lost: Int, gained: Int, verdict: Verdict, better: RequirementResult.Status,
    notWorse: RequirementResult.Status
  ) throws {
    let evidence = Self.evidence(lost: lost, gained: gained)
    let (first, gate) = try single(Requirements(comparison: .better), evidence)
    #expect(gate.comparison?.verdict == verdict && first.status == better)
    #expect(try single(Requirements(comparison: .notWorse), evidence).0.status == notWorse)
  }

  @Test(
    arguments: [
      (
        20, 80,
        "the candidate is better than the baseline at ε 0.1: +6.00 points (95 % interval "
          + "+4.05…+7.93, p < 0.0001)"
      ),
      (
        20, 22,
        "whether the candidate is better or worse than the baseline is not shown at ε 0.1: "
          + "+0.20 points (95 % interval −1.10…+1.50, p = 0.8776); with 80 % probability these "
          + "examples would show a difference of 1.79 points"
      ),
      (
        0, 0,
        "candidate and baseline are equivalent at ε 0.1: 0.00 points (95 % interval "
          + "−0.28…+0.28, p = 1.0000)"
      ),
    ])
  func theSentenceHasTheFigures(lost: Int, gained: Int, expected: String) throws {
    let evidence = Self.evidence(lost: lost, gained: gained)
    let (result, _) = try single(Requirements(comparison: .better), evidence)
    #expect(result.message == expected)
  }

  @Test(
    arguments: [
      (2, 2, .met, "(95 % interval −0.48…+0.48) rules out a drop of more than 1 point"),
      (60, 5, .breached, "(95 % interval −7.05…−3.92) is a drop of more than 1 point"),
      (
        12, 8, .inconclusive,
        "(95 % interval −1.32…+0.52) does not show whether it is a drop of more than 1 point"
      ),
    ] as [(Int, Int, RequirementResult.Status, String)])
  func theDropOfCleanAccuracyIsHeldAgainstItsLimit(
    lost: Int, gained: Int, status: RequirementResult.Status, end: String
  ) throws {
    let evidence = Self.evidence(cleanLost: lost, cleanGained: gained)
    let (result, _) = try single(Requirements(maximumCleanDrop: 1), evidence)
    #expect(result.name == "max-clean-drop" && result.status == status)
    #expect(result.message.hasPrefix("the change of clean accuracy by "))
    #expect(result.message.hasSuffix(end))
  }

  @Test func aSingleStepNeverPassesAndStillBreaches() throws {
    var evidence = Self.evidence()
    evidence.isSingleStepOnly = true
    for requirements in [
      Requirements(minimumRobust: 0.7), Requirements(comparison: .better),
      Requirements(minimumRobust: 0.7, inconclusivePasses: true),
      Requirements(comparison: .notWorse, inconclusivePasses: true),
    ] {
      let (result, gate) = try single(requirements, evidence)
      #expect(result.status == .inconclusive && result.obstacle == .singleStepOnly)
      #expect(result.message.hasSuffix("a single-step attack alone is no evidence of robustness"))
      #expect(gate.outcome == .inconclusive)
    }
    #expect(try single(Requirements(minimumRobust: 0.8), evidence).1.outcome == .breached)
    #expect(try single(Requirements(maximumCleanDrop: 1), evidence).1.outcome == .pass)
  }

  @Test func whatIsMissingNeverPasses() throws {
    var evidence = Self.evidence()
    evidence.robust[0].comparison = nil
    evidence.clean = nil
    for requirements in [
      Requirements(comparison: .better, inconclusivePasses: true),
      Requirements(maximumCleanDrop: 1, inconclusivePasses: true),
    ] {
      let (result, gate) = try single(requirements, evidence)
      #expect(result.obstacle == .missingBaseline && gate.outcome == .inconclusive)
    }
    evidence.robust = []
    let (result, gate) = try single(
      Requirements(minimumRobust: 0, inconclusivePasses: true), evidence)
    #expect(result.obstacle == .nothingAttacked && gate.outcome == .inconclusive)
  }

  @Test func chanceMayBeExcused() {
    let evidence = Self.evidence(lost: 20, gained: 22)
    let strict = Requirements(comparison: .better)
    let lenient = Requirements(comparison: .better, inconclusivePasses: true)
    #expect(Gate(strict, evidence: evidence).outcome == .inconclusive)
    #expect(Gate(lenient, evidence: evidence).outcome == .pass)
  }

  @Test func invalidComesFirstThenBreachedThenInconclusive() {
    var evidence = Self.evidence(lost: 20, gained: 22)
    let all = Requirements(minimumRobust: 0.8, comparison: .better, maximumCleanDrop: 1)
    let breached = Gate(all, evidence: evidence)
    #expect(breached.results.map(\.status) == [.breached, .inconclusive, .met])
    #expect(breached.outcome == .breached)
    evidence.underminingFindings = ["unverified-examples"]
    let invalid = Gate(all, evidence: evidence)
    #expect(invalid.outcome == .invalid)
    #expect(invalid.results.allSatisfy { $0.obstacle == .underminedFigures })
    #expect(invalid.results[0].message.hasSuffix("undermined by unverified-examples"))
    #expect(Gate(Requirements(), evidence: evidence).outcome == .invalid)
  }

  @Test func withoutRequirementsOnlyInvalidFiguresFail() {
    for (lost, gained) in [(20, 80), (80, 20), (20, 22), (0, 0)] {
      let gate = Gate(Requirements(), evidence: Self.evidence(lost: lost, gained: gained))
      #expect(gate.results.isEmpty && gate.outcome == .pass && gate.comparison != nil)
    }
  }

  @Test func exitCodesAreThoseOfTheOutcomes() {
    #expect(
      [GateOutcome.pass, .breached, .inconclusive, .invalid].map(\.exitCode) == [0, 1, 2, 3])
    let evidence = Self.evidence()
    #expect(Gate(Requirements(minimumRobust: 0.8), evidence: evidence).exitCode == 1)
    let report = Gate(Requirements(minimumRobust: 0.8, isReportOnly: true), evidence: evidence)
    #expect(report.exitCode == 0 && report.outcome == .breached)
  }

  @Test func comesBackFromJSON() throws {
    let requirements = Requirements(
      minimumRobust: 0.8, comparison: .notWorse, maximumCleanDrop: 0.5)
    let gate = Gate(requirements, evidence: Self.evidence())
    let data = try JSONEncoder().encode(gate)
    #expect(try JSONDecoder().decode(Gate.self, from: data) == gate)
    let text = String(decoding: data, as: UTF8.self)
    #expect(text.contains("\"not-worse\"") && text.contains("\"min-robust\""))
  }

  @Test func limitsOutsideTheirRangeAreRefused() async {
    await #expect(processExitsWith: .failure) { _ = Requirements(minimumRobust: 80) }
    await #expect(processExitsWith: .failure) { _ = Requirements(maximumCleanDrop: -1) }
    await #expect(processExitsWith: .failure) { _ = Requirements(alpha: 0) }
    await #expect(processExitsWith: .failure) { _ = Requirements(margin: .nan) }
  }
}
