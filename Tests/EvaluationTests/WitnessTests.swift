import Attacks
import Autodiff
import Datasets
import Evaluation
import Foundation
import Kernels
import ModelFixtures
import Networks
import TestSupport
import Testing

@Suite struct WitnessTests {
  static let device = Device(threads: 1)
  static let digests = ["a": "1111", "b": "2222"]

  static func subjects() throws -> [EvaluationSubject] {
    [
      try BudgetTests.subject("a", contrast: 0.02),
      try BudgetTests.subject("b", contrast: 0.3),
    ]
  }

  static let dataset = BudgetTests.dataset.prefix(60)

  static func result() throws -> EvaluationResult {
    var evaluator = Evaluator(
      suite: try AttackSuite("fgsm+pgd:steps=5"),
      threats: [ThreatModel(epsilon: 0.05), ThreatModel(epsilon: 0.2)], device: device)
    evaluator.checksHealth = false
    evaluator.keepsOutcomes = true
    return evaluator.evaluate(try subjects(), on: dataset)
  }

  static func written(_ file: WitnessFile, _ directory: TemporaryDirectory) throws -> WitnessFile {
    try directory.write(file.encoded(), to: "w.safetensors")
    return try WitnessFile(contentsOf: directory.url("w.safetensors").path)
  }

  @Test func everyClaimHolds() throws {
    let result = try Self.result()
    let file = WitnessFile(result, digests: Self.digests, imageShape: [6, 6, 1])
    let directory = try TemporaryDirectory()
    let read = try Self.written(file, directory)
    #expect(read == file)
    for (subject, checkpoint) in zip(try Self.subjects(), result.report.checkpoints) {
      let check = try WitnessCheck(
        read, on: subject, digest: Self.digests[subject.path]!, dataset: Self.dataset,
        device: Self.device)
      #expect(check.holds)
      let broken = checkpoint.robust.map { checkpoint.clean.correct - $0.accuracy.correct }
      for (epsilon, count) in zip([0.05, 0.2], broken) where count > 0 {
        #expect(check.entries.first { $0.epsilon == epsilon }?.claims == count)
      }
      #expect(check.entries.reduce(0) { $0 + $1.claims } == broken.reduce(0, +))
    }
  }

  @Test func falseClaimsAreFound() throws {
    let result = try Self.result()
    let file = WitnessFile(result, digests: Self.digests, imageShape: [6, 6, 1])
    // Another model's witnesses, under the name of this one.
    let swapped = ["a": "2222", "b": "1111"]
    let check = try WitnessCheck(
      file, on: try Self.subjects()[1], digest: swapped["b"]!, dataset: Self.dataset,
      device: Self.device)
    #expect(!check.holds)
    #expect(check.entries.contains { $0.notSeen + $0.notClean > 0 })

    // Images that left the ball.
    var outcomes = result.outcomes
    for index in outcomes.indices { outcomes[index].epsilon /= 10 }
    let small = EvaluationResult(
      report: result.report, outcomes: outcomes, witnesses: result.witnesses)
    let narrow = WitnessFile(small, digests: Self.digests, imageShape: [6, 6, 1])
    let refused = try WitnessCheck(
      narrow, on: try Self.subjects()[0], digest: "1111", dataset: Self.dataset,
      device: Self.device)
    #expect(!refused.holds && refused.entries.allSatisfy { $0.notAllowed > 0 })
  }

  @Test func otherImagesAndCheckpointsAreRefused() throws {
    let file = WitnessFile(try Self.result(), digests: Self.digests, imageShape: [6, 6, 1])
    let subject = try Self.subjects()[0]
    #expect(throws: WitnessError.otherCheckpoint(path: "a", known: ["a", "b"])) {
      try WitnessCheck(
        file, on: subject, digest: "3333", dataset: Self.dataset, device: Self.device)
    }
    #expect {
      try WitnessCheck(
        file, on: subject, digest: "1111", dataset: Self.dataset.prefix(59),
        device: Self.device)
    } throws: { "\($0)".contains("were made from other images than the test images of halves") }
  }

  @Test func outcomesTellTheWholeStory() throws {
    let result = try Self.result()
    #expect(result.outcomes.count == 2 * 2 * 60)
    for outcome in result.outcomes {
      let isCorrect = outcome.label == outcome.prediction
      #expect(outcome.robust == (isCorrect && outcome.witness == nil))
      #expect(outcome.attacks.isEmpty == !isCorrect)
      #expect(outcome.attacks.contains(where: \.broken) == (outcome.witness != nil))
      if let witness = outcome.witness {
        #expect(witness.distance <= outcome.epsilon + 1e-7 && witness.prediction != outcome.label)
        #expect(witness.digest.count == 64)
      }
    }
    #expect(result.outcomes.count { $0.witness != nil } == result.witnesses.count)
  }
}
