import Autodiff
import Configurations
import ModelFixtures
import Networks
import Testing

@testable import Attacks
@testable import Training

/// How an adversary's keys change the examples.
@Suite struct AdversaryTests {
  private func step(
    _ adversarial: String, labels: [Int32]? = nil, batch: Int = 12
  ) throws -> StepCase {
    try StepCase(
      #"{"ratio": 1, \#(adversarial)}"#, model: Models.cnn(classes: 4), batch: batch, labels: labels
    )
  }

  private func examples(_ step: StepCase) -> [Float] {
    step.run([step.problem.adversarialExamples()])[0]
  }

  /// The attack leads away from what the model sees; the loss keeps to the labels.
  @Test func predictedLabelsAreTheAttacksLabels() throws {
    let predicted = try step(#""labels": "predicted""#)
    let seen = predicted.reference([predicted.problem.logits(of: predicted.problem.images).argmax()]
    )
    let predictions = seen[0].map { Int32($0) }
    try #require(predictions != predicted.labels, "the test needs mistakes of the model")
    let made = examples(predicted)
    #expect(try examples(step(#""labels": "true""#, labels: predictions)) == made)
    #expect(try examples(step(#""labels": "true""#)) != made)
    // What the model sees does not depend on the labels, the loss does.
    let other = try step(#""labels": "predicted""#, labels: predictions)
    #expect(examples(other) == made)
    #expect(other.run([other.total]) != predicted.run([predicted.total]))
  }

  /// Towards the most probable wrong class.
  @Test(arguments: ["fgsm:targets=1", "pgd:steps=3,targets=1", "apgd-t:steps=3"])
  func targetedAttacksLeadTowardsAWrongClass(attack: String) throws {
    let step = try step(#""epsilon": 0.02, "attack": "\#(attack)""#)
    let problem = step.problem
    let logits = problem.logits(of: problem.images)
    let after = problem.logits(of: problem.adversarialExamples())
    let found = step.reference([logits, after])
    let margins = found.map { logits in
      step.labels.enumerated().map { row, label in
        let values = Array(logits[row * 4..<row * 4 + 4])
        let own = values[Int(label)]
        let before = Array(found[0][row * 4..<row * 4 + 4])
        let target = before.indices.filter { $0 != Int(label) }.max { before[$0] < before[$1] }!
        return values[target] - own
      }
    }
    let growth = zip(margins[0], margins[1]).map { $1 - $0 }
    #expect(growth.count { $0 > 0 } >= 9 && growth.reduce(0, +) > 0.1, "\(growth)")
  }

  @Test func epsilonGrowsInEqualSteps() throws {
    let adversary = try RecipeTests.recipe(
      #"{"adversarial": {"epsilon": 0.3, "epsilonWarmup": 1.5}}"#
    ).adversary
    let found = (1...20).map { adversary.epsilon(step: $0, stepsPerEpoch: 10) }
    for (index, epsilon) in found.enumerated() {
      #expect(abs(epsilon - min(0.3, 0.02 * Double(index + 1))) < 1e-12)
    }
    #expect(found[14...].allSatisfy { $0 == 0.3 })
    #expect(Adversary.fgsm.epsilon(step: 1, stepsPerEpoch: 10) == 0.1)
  }

  /// The first epoch of a warm-up of many is almost clean training.
  @Test func aWarmupBeginsWithoutAttack() throws {
    func loss(_ more: String) throws -> Double {
      let run = try Run(
        #"""
        {"epochs": 1, "batchSize": 8, "validation": 0, "optimizer": {"learningRate": 0},
         "adversarial": {"ratio": 1, "epsilon": 0.5\#(more)}}
        """#)
      return try #require(run.epochs.first).record.trainingLoss
    }
    let (full, none) = (try loss(""), try loss(#", "epsilonWarmup": 1000000"#))
    let some = try loss(#", "epsilonWarmup": 1"#)
    #expect(none < some && some < full)
  }

  @Test func everyExampleDrawsItsEpsilon() throws {
    let step = try step(#""epsilon": 0.2, "epsilonPerExample": true"#, batch: 40)
    let results = [step.problem.images, step.problem.adversarialExamples()]
    func radii(_ found: [[Float]]) -> [Float] {
      let changes = zip(found[0], found[1]).map { abs($0 - $1) }
      return stride(from: 0, to: changes.count, by: 36).map { changes[$0..<$0 + 36].max()! }
    }
    let found = radii(step.run(results))
    #expect(Set(found).count == 40)
    #expect(found.allSatisfy { $0 >= 0 && $0 <= 0.2 })
    #expect(found.max()! > 0.17 && found.min()! < 0.03)
    #expect(abs(found.reduce(0, +) / 40 - 0.1) < 0.04)
    // Another step draws others, and an example keeps its own wherever it stands.
    #expect(radii(step.run(results, seed: 4)) != found)
    #expect(radii(step.run(results, order: [7, 3])) == [found[7], found[3]])
  }

  /// Every attack that training can name, through the graph of a step.
  @Test(arguments: AttackCatalog.training.map { $0.name })
  func anyAttackTrains(name: String) throws {
    let length =
      ["fgsm", "rs-fgsm", "n-fgsm"].contains(name)
      ? "" : name == "square" ? ":queries=4" : ":steps=3"
    let step = try step(#""epsilon": 0.1, "attack": "\#(name + length)""#)
    let found = step.run([step.problem.images, step.problem.adversarialExamples(), step.total])
    #expect(found[2][0].isFinite)
    let furthest = zip(found[0], found[1]).map { abs($0 - $1) }.max()!
    #expect(furthest > 0.05 && (furthest <= 0.1) == (name != "n-fgsm"))
    let order = [5, 2, 9]
    let moved = step.run([step.problem.adversarialExamples()], order: order)[0]
    #expect(moved == order.flatMap { found[1][$0 * 36..<$0 * 36 + 36] })
  }
}
