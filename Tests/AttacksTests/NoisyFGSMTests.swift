import Autodiff
import Kernels
import ModelFixtures
import Networks
import Testing

@testable import Attacks

@Suite struct NoisyFGSMTests {
  private static func crafting(_ plan: String, _ norm: Norm) throws -> Crafting {
    let input = [6, 5, 2]
    let model = try Models.cnn(input: input, classes: 4)
    let noise = Images.noise(12, shape: input, classes: 4, seed: 9)
    return Crafting(
      model: model, values: Models.values(model, seed: 21), images: noise.images,
      labels: noise.labels, plan: try AttackPlan(plan, among: AttackCatalog.training), norm: norm)
  }

  /// Up to noise and step together, and beyond ε on purpose; never beyond the range of pixels.
  @Test func itLeavesTheBallOnPurpose() throws {
    let program = CraftingProgram(try Self.crafting("n-fgsm", .linf))
    let made = program.run(epsilon: 0.1)
    let changes = zip(made.examples, made.originals).map { abs($0 - $1) }
    #expect(changes.max()! <= 0.3001 && changes.max()! > 0.25)
    #expect(made.examples.allSatisfy { (0...1).contains($0) })
    #expect(program.run(epsilon: 0).examples == made.originals)
  }

  /// Without noise and within the range of pixels it is FGSM.
  @Test(arguments: Norm.allCases)
  func withoutNoiseItIsFGSM(norm: Norm) throws {
    var crafting = try Self.crafting("n-fgsm:noise=0", norm)
    let noisy = crafting.run(epsilon: 0.1)
    crafting.plan = try AttackPlan("fgsm")
    let plain = crafting.run(epsilon: 0.1)
    #expect(zip(noisy.examples, plain.examples).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test(arguments: Norm.allCases)
  func bitsAreTheSameEverywhere(norm: Norm) throws {
    let crafting = try Self.crafting("n-fgsm", norm)
    let expected = crafting.run(epsilon: 0.1)
    for set in InstructionSet.allCases where set.isSupported {
      let device = Device(threads: 2, instructionSet: set)
      let isSame = crafting.run(epsilon: 0.1, on: device, batchSize: 5) == expected
      #expect(isSame, "\(set)")
    }
    #expect(crafting.run(epsilon: 0.1, seed: 6) != expected)
  }
}
