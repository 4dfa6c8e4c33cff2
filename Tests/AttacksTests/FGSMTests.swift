import Attacks
import Autodiff
import ModelFixtures
import Networks
import Testing

@Suite struct FGSMTests {
  static func linear(
    epsilon: Double, goal: AttackGoal = .untargeted, classes: Int = 2, zeroed: Set<Int> = []
  ) throws -> Crafting {
    let model = try Models.linear(input: [3, 3, 1], classes: classes)
    var values = Models.values(model, seed: 4)
    values[0] = Tensor(
      values[0].floats.enumerated().map { zeroed.contains($0 / classes) ? 0 : $1 },
      shape: values[0].shape)
    let noise = Images.noise(12, shape: [3, 3, 1], classes: classes, seed: 2)
    return Crafting(
      model: model, values: values, images: noise.images, labels: noise.labels,
      threat: ThreatModel(epsilon: epsilon), goal: goal)
  }

  /// On two linear classes the loss is a monotone function of one linear function, so a corner of
  /// the allowed box is the strongest example, and the sign finds it.
  @Test(arguments: [0.1, 1], [AttackGoal.untargeted, .targeted])
  func noCornerOfTheBoxIsStronger(epsilon: Double, goal: AttackGoal) throws {
    let crafting = try Self.linear(epsilon: epsilon, goal: goal)
    let made = crafting.run()
    let found = crafting.losses(of: made.examples)
    let direction: Double = goal == .untargeted ? 1 : -1
    let limit = Double(Float(epsilon))
    for corner in 0..<512 {
      let pixels = made.originals.enumerated().map { place, pixel in
        let change = corner >> (place % 9) & 1 == 1 ? limit : -limit
        return Float(min(max(Double(pixel) + change, 0), 1))
      }
      let other = crafting.losses(of: pixels)
      let isStrongest = zip(found, other).allSatisfy { direction * ($0 - $1) > -1e-6 }
      #expect(isStrongest, "corner \(corner)")
    }
  }

  @Test func targetedExamplesAreMoreProbablyTheTarget() throws {
    let crafting = try Self.linear(epsilon: 0.02, goal: .targeted, classes: 5)
    let made = crafting.run()
    let before = crafting.losses(of: made.originals)
    let after = crafting.losses(of: made.examples)
    #expect(zip(before, after).allSatisfy { $1 < $0 })
  }

  @Test(arguments: [1.0 / 255, 0.1, 0.3])
  func everyPixelIsTheFormulas(epsilon: Double) throws {
    for goal in [AttackGoal.untargeted, .targeted] {
      let crafting = try AttackContractTests.crafting(
        FGSM.name, isConvolutional: true, epsilon: epsilon, goal: goal)
      let made = crafting.run()
      let gradient = crafting.gradient(at: made.originals)
      var decided = 0
      for (place, slope) in gradient.enumerated() where abs(slope) > 1e-6 {
        let sign: Double = (slope > 0) == (goal == .untargeted) ? 1 : -1
        let expected = min(max(Double(made.originals[place]) + epsilon * sign, 0), 1)
        #expect(abs(Double(made.examples[place]) - expected) < 3e-7)
        decided += 1
      }
      #expect(decided > gradient.count / 2)
    }
  }

  @Test func whereTheGradientIsZeroNothingChanges() throws {
    let crafting = try Self.linear(epsilon: 0.3, zeroed: [0, 4, 7])
    let made = crafting.run()
    for (place, (before, after)) in zip(made.originals, made.examples).enumerated() {
      if [0, 4, 7].contains(place % 9) {
        #expect(before == after)
      }
    }
    #expect(made.originals != made.examples)
  }

  @Test func aModelWithoutSlopeIsNotPerturbed() throws {
    let model = try Models.mlp(input: [3, 3, 1])
    var values = Models.values(model, seed: 1)
    values[1] = Tensor([Float](repeating: -100, count: 9), shape: [9])
    let noise = Images.noise(12, shape: [3, 3, 1], classes: 2, seed: 2)
    let made = Crafting(
      model: model, values: values, images: noise.images, labels: noise.labels,
      threat: ThreatModel(epsilon: 1)
    ).run()
    #expect(made.originals == made.examples)
  }
}
