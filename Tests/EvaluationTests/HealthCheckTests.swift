import Attacks
import Autodiff
import Datasets
import ModelFixtures
import Networks
import Testing

@testable import Evaluation

/// Every check is silent on a sound model under sound attacks, and speaks where one is not.
@Suite struct HealthCheckTests {
  static let device = Device(threads: 1)
  static let dataset = Images.halves(60, seed: 7, part: .test)

  static let plain = Result {
    try Learnt(
      Models.mlp(), on: Images.halves(200, seed: 1), epochs: 12, batchSize: 20, rate: 0.01, seed: 1,
      device: device)
  }
  /// As good, and not the same.
  static let other = Result {
    try Learnt(
      Models.cnn(), on: Images.halves(200, seed: 1), epochs: 12, batchSize: 20, rate: 0.01, seed: 2,
      device: device)
  }

  static let quick = "fgsm+pgd+apgd-ce:steps=10"

  static func trial(_ subject: EvaluationSubject) -> Trial {
    Trial(
      AttackedModel(
        model: subject.model, variables: subject.variables, capacity: 16, device: device),
      on: dataset)
  }

  /// Enough for a figure, and no more than the attacks' own cost allows.
  @Test(arguments: [
    (30, 1, 30), (500, 100, 40), (10_000, 1, 40), (10_000, 4, 100), (2000, 20, 100),
    (2000, 500, 100), (10_000, 20, 200), (60_000, 500, 200),
  ])
  func probesTakeAShareOfTheAttacks(examples: Int, steps: Int, size: Int) {
    #expect(Examination.sampleSize(of: examples, steps: steps) == size)
  }

  /// - Parameter mask: nil for the plain model.
  static func examination(
    _ mask: (any MaskLayer)? = nil, at place: MaskPlace = .logits, attacks: String = quick,
    epsilon: Double = 0.3
  ) throws -> Examination {
    let plain = try plain.get()
    let subject =
      try mask.map { try plain.subject("m", maskedBy: $0, at: place) } ?? plain.subject("m")
    return try examination(of: subject, attacks: attacks, epsilon: epsilon)
  }

  static func examination(
    of subject: EvaluationSubject, attacks: String, epsilon: Double, count: Int = dataset.count
  ) throws -> Examination {
    let trial = trial(subject)
    let key = RandomKey(seed: 0)
    var outcome = SubjectOutcome(
      try AttackSuite(attacks).plans, of: trial, threat: ThreatModel(epsilon: epsilon),
      keepsImages: false)
    outcome.attack(Array(0..<count), of: trial, key: key)
    return Examination(
      path: subject.path, trial: trial, outcome: outcome,
      others: [("other", Self.trial(try other.get().subject("other")))], key: key)
  }

  /// The one message of a check, which is one sentence.
  static func message(
    _ check: any HealthCheck.Type, _ examination: Examination, _ code: String,
    _ location: SourceLocation = #_sourceLocation
  ) throws -> String {
    let findings = check.findings(examination)
    #expect(findings.map(\.code) == [code], sourceLocation: location)
    let finding = try #require(findings.first, sourceLocation: location)
    #expect(finding.severity == .invalid && finding.checkpoint == "m", sourceLocation: location)
    #expect(finding.message.hasPrefix("m"), sourceLocation: location)
    #expect(
      finding.message.hasSuffix(".") && !finding.message.contains(". "), sourceLocation: location)
    return finding.message
  }

  /// What the masks hide: the plain model withstands small changes and no large ones.
  @Test(arguments: [(0.05, 0.9...1), (0.3, 0...0.05)])
  func allChecksAreSilentOnASoundModel(epsilon: Double, robust: ClosedRange<Double>) throws {
    let examination = try Self.examination(epsilon: epsilon)
    let accuracy = Accuracy(outcomes: examination.outcome.isRobust).accuracy
    #expect(robust.contains(accuracy))
    for check in HealthChecks.ofModel + HealthChecks.ofAttacks {
      #expect(check.findings(examination).isEmpty, "\(check)")
    }
  }

  @Test func answersThatDependOnTheBatch() throws {
    let dropout = try Self.examination(DropoutLeftOn(), at: .activations)
    #expect(
      try Self.message(Nondeterminism.self, dropout, "randomised-model").contains("another order"))
    _ = try Self.message(
      Nondeterminism.self, Self.examination(NoisyInput(size: 0.01), at: .input), "randomised-model")
  }

  @Test func probabilities() throws {
    let message = try Self.message(
      ProbabilityOutputs.self, Self.examination(SoftmaxOutput()), "probability-outputs")
    #expect(message.contains("all 60 outputs"))
  }

  @Test func gradientsThatVanish() throws {
    for mask: any MaskLayer in [StoppedGradient(), Quantised(step: 0.5, levels: 20)] {
      let message = try Self.message(
        VanishingGradients.self, Self.examination(mask), "zero-gradients")
      #expect(message.contains("on 40 of 40") && message.contains("flat"))
    }
    let message = try Self.message(
      VanishingGradients.self, Self.examination(Scaled(factor: 100)), "zero-gradients")
    #expect(message.contains("float32"))
  }

  @Test func gradientsThatAreNoNumbers() throws {
    _ = try Self.message(
      VanishingGradients.self, Self.examination(RootOfZero(), at: .input),
      "non-finite-gradients")
  }

  @Test func aSingleStepThatFindsMore() throws {
    let message = try Self.message(
      SingleStepStronger.self, Self.examination(attacks: "fgsm+pgd:step-size=0"),
      "iterative-weaker")
    #expect(message.contains("at ε 0.3"))
  }

  @Test func stepsThatAreTooFew() throws {
    let short = try Self.examination(attacks: "pgd:steps=3,step-size=0.001")
    let message = try Self.message(MoreStepsHelp.self, short, "more-steps-help")
    #expect(message.contains("with 6 steps breaks") && message.contains("points too high"))
  }

  @Test func logitsThatAreTooLarge() throws {
    _ = try Self.message(
      SaturatedLogits.self, Self.examination(Scaled(factor: 1000)), "saturated-logits")
  }

  @Test func gradientsThatMislead() throws {
    for mask: any MaskLayer in [ReversedGradient(), StoppedGradient()] {
      let examination = try Self.examination(mask)
      _ = try Self.message(QueriesStronger.self, examination, "black-box-stronger")
      let message = try Self.message(TransferStronger.self, examination, "transfer-stronger")
      #expect(message.contains("made on other break"))
      _ = try Self.message(LargeRadiusFails.self, examination, "large-radius-fails")
    }
  }

  @Test func queriesOfTheSuiteItself() throws {
    let attacks = "pgd+square:queries=100"
    let masked = try Self.examination(ReversedGradient(), attacks: attacks)
    #expect(
      try Self.message(QueriesStronger.self, masked, "black-box-stronger")
        .contains("square:queries=100 breaks"))
    #expect(QueriesStronger.findings(try Self.examination(attacks: attacks)).isEmpty)
    // Without gradients there is nothing to be stronger than.
    #expect(
      QueriesStronger.findings(
        try Self.examination(ReversedGradient(), attacks: "square:queries=100")
      ).isEmpty)
  }

  @Test func noiseThatFindsMore() throws {
    // Near the boundary everywhere.
    let model = try Models.mlp()
    let subject = EvaluationSubject(
      path: "m", model: model, parameters: Models.values(model, seed: 1), trainedOn: [])
    let idle = "pgd:step-size=0,random-start=false"
    _ = try Self.message(
      NoiseStronger.self, Self.examination(of: subject, attacks: idle, epsilon: 0.5),
      "noise-stronger")
    #expect(
      NoiseStronger.findings(
        try Self.examination(of: subject, attacks: Self.quick, epsilon: 0.5)
      ).isEmpty)
  }

  @Test func accuracyThatRises() throws {
    let sound = try [0.1, 0.2, 0.3].map { try Self.examination(epsilon: $0) }
    #expect(AccuracyRises.findings(sound).isEmpty)
    #expect(AccuracyRises.findings(sound.reversed()).isEmpty)
    let idle = try Self.examination(attacks: "pgd:step-size=0", epsilon: 0.4)
    let findings = AccuracyRises.findings([idle, sound[2], sound[0]])
    #expect(findings.map(\.code) == ["accuracy-rises"] && findings.map(\.epsilon) == [0.4])
  }

  /// Examples that a budget did not reach are no evidence of anything.
  @Test func examplesThatWereNotAttackedDoNotCount() throws {
    let subject = try Self.plain.get().subject("m")
    let examination = try Self.examination(
      of: subject, attacks: Self.quick, epsilon: 0.3, count: 20)
    #expect(examination.standing.allSatisfy { $0 < 20 })
    for check in HealthChecks.ofAttacks { #expect(check.findings(examination).isEmpty, "\(check)") }
    // The accuracy is that of the 20.
    let masked = try Self.examination(
      of: Self.plain.get().subject("m", maskedBy: ReversedGradient(), at: .logits),
      attacks: Self.quick, epsilon: 0.3, count: 20)
    #expect(masked.excess(20, of: 20).map { $0.atLeast > 0.7 } == true)
  }

  @Test func fewLuckyFindsAreNoExcess() {
    func isExcess(_ broken: Int, of examples: Int, _ accuracy: Double) -> Bool {
      Excess(broken: broken, of: examples, robustAccuracy: accuracy) != nil
    }
    // 2 of 2 fall, which moves an accuracy of 1 % by no more than that.
    #expect(!isExcess(2, of: 2, 0.01) && !isExcess(4, of: 4, 0.015))
    #expect(!isExcess(4, of: 40, 0.9) && isExcess(8, of: 40, 0.9))
    #expect(!isExcess(8, of: 40, 0.2) && isExcess(20, of: 40, 0.2))
    #expect(isExcess(40, of: 40, 0.05))
    #expect(
      Excess(broken: 40, of: 40, robustAccuracy: 0.9)?.description
        == "the robust accuracy is at least 82.1 points too high")
  }

  /// Two models whose outcomes are exchanged by a fair coin, example by example, are equal:
  /// at a level of 5 % at most 10 of 200 are claims. (The coin has a fixed seed.)
  @Test func exchangedModelsAreSeldomCalledBetterOrWorse() throws {
    let epsilon = 0.2
    let outcomes = try [nil, ReversedGradient()].map {
      try Self.examination($0, attacks: "pgd", epsilon: epsilon).outcome.isRobust
    }
    func verdict(_ baseline: [Bool], _ candidate: [Bool]) -> Verdict? {
      Gate(
        Requirements(comparison: .better),
        evidence: Evidence(robust: [
          Evidence.Robust(
            epsilon: epsilon, accuracy: Accuracy(outcomes: candidate),
            comparison: PairedComparison(baselineOutcomes: baseline, candidateOutcomes: candidate))
        ])
      ).comparison?.verdict
    }
    // Unexchanged they do differ, on enough examples for a claim.
    #expect(verdict(outcomes[0], outcomes[1]) == .better)
    let key = RandomKey(seed: 5)
    let claims = (0..<200).count { run in
      let isExchanged = outcomes[0].indices.map { key.uniform(row: run, index: $0) < 0.5 }
      let pair = [0, 1].map { side in
        isExchanged.enumerated().map { outcomes[$1 ? 1 - side : side][$0] }
      }
      return [.better, .worse].contains(verdict(pair[0], pair[1]))
    }
    #expect(claims <= 10)
  }
}
