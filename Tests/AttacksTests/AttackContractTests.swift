import Attacks
import Autodiff
import Kernels
import ModelFixtures
import Networks
import Testing

/// What every attack of the catalog must do.
@Suite struct AttackContractTests {
  static let epsilons = [0, 1.0 / 255, 0.1, 0.3, 1]

  static func crafting(
    _ attack: String, isConvolutional: Bool, epsilon: Double, goal: AttackGoal = .untargeted
  ) throws -> Crafting {
    let input = [6, 5, 2]
    let model =
      try isConvolutional
      ? Models.cnn(input: input, classes: 4) : Models.mlp(input: input, classes: 4)
    let noise = Images.noise(40, shape: input, classes: 4, seed: 9)
    return Crafting(
      model: model, values: Models.values(model, seed: 21), images: noise.images,
      labels: noise.labels, threat: ThreatModel(epsilon: epsilon),
      attack: try #require(AttackCatalog.attack(named: attack)), goal: goal)
  }

  @Test func namesAreUnique() {
    #expect(Set(AttackCatalog.names).count == AttackCatalog.all.count)
    #expect(AttackCatalog.attack(named: "") == nil)
    for attack in AttackCatalog.all {
      #expect(attack.init().steps >= 1 && !attack.summary.isEmpty)
      #expect(!attack.isSingleStep || attack.init().steps == 1)
    }
  }

  @Test(arguments: AttackCatalog.names, [false, true])
  func everyExampleIsAllowed(attack: String, isConvolutional: Bool) throws {
    for epsilon in Self.epsilons {
      for goal in [AttackGoal.untargeted, .targeted] {
        let crafting = try Self.crafting(
          attack, isConvolutional: isConvolutional, epsilon: epsilon, goal: goal)
        let made = crafting.run()
        let isAllowed = made.examples.withUnsafeBufferPointer { examples in
          made.originals.withUnsafeBufferPointer { crafting.threat.allows(examples, for: $0) }
        }
        #expect(isAllowed, "ε = \(epsilon), \(goal)")
        #expect((made.examples == made.originals) == (epsilon == 0), "ε = \(epsilon), \(goal)")
      }
    }
  }

  @Test(arguments: AttackCatalog.names, [false, true])
  func theLossDoesNotFallToFirstOrder(attack: String, isConvolutional: Bool) throws {
    let crafting = try Self.crafting(
      attack, isConvolutional: isConvolutional, epsilon: 0.001)
    let made = crafting.run()
    let losses = crafting.losses(of: made.originals)
    let gradient = crafting.gradient(at: made.originals)
    let after = crafting.losses(of: made.examples)
    for row in losses.indices {
      let pixels = row * 60..<(row + 1) * 60
      let growth = pixels.reduce(0) {
        $0 + gradient[$1] * Double(made.examples[$1] - made.originals[$1])
      }
      #expect(growth >= 0)
      #expect(after[row] >= losses[row] - 1e-4)
    }
    #expect(after.reduce(0, +) > losses.reduce(0, +))
  }

  @Test(arguments: AttackCatalog.names, [false, true])
  func bitsAreTheSameEverywhere(attack: String, isConvolutional: Bool) throws {
    let crafting = try Self.crafting(attack, isConvolutional: isConvolutional, epsilon: 0.1)
    let expected = crafting.run()
    for set in InstructionSet.allCases where set.isSupported {
      for threads in [1, 3] {
        for batchSize in [1, 7, 40] {
          let device = Device(threads: threads, instructionSet: set)
          let isSame = crafting.run(on: device, batchSize: batchSize) == expected
          #expect(isSame, "\(set), \(threads) threads, batches of \(batchSize)")
        }
      }
    }
  }
}
