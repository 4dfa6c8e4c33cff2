import Attacks
import Autodiff
import ModelFixtures
import Networks
import Testing

@Suite struct FGSMTests {
  static func linear(
    isTargeted: Bool = false, classes: Int = 2, zeroed: Set<Int> = []
  ) throws -> Crafting {
    let model = try Models.linear(input: [3, 3, 1], classes: classes)
    var values = Models.values(model, seed: 4)
    values[0] = Tensor(
      values[0].floats.enumerated().map { zeroed.contains($0 / classes) ? 0 : $1 },
      shape: values[0].shape)
    let noise = Images.noise(12, shape: [3, 3, 1], classes: classes, seed: 2)
    return Crafting(
      model: model, values: values, images: noise.images, labels: noise.labels,
      plan: AttackPlan(FGSM()), isTargeted: isTargeted)
  }

  /// On two linear classes the loss is a monotone function of one linear function, so a corner of
  /// the allowed box is the strongest example, and the sign finds it.
  @Test(arguments: [0.1, 1], [false, true])
  func noCornerOfTheBoxIsStronger(epsilon: Double, isTargeted: Bool) throws {
    let crafting = try Self.linear(isTargeted: isTargeted)
    let made = crafting.run(epsilon: epsilon)
    let classes = isTargeted ? crafting.targets : crafting.labels
    let found = crafting.losses(of: made.examples, classes: classes)
    let direction: Double = isTargeted ? -1 : 1
    let limit = Double(Float(epsilon))
    for corner in 0..<512 {
      let pixels = made.originals.enumerated().map { place, pixel in
        let change = corner >> (place % 9) & 1 == 1 ? limit : -limit
        return Float(min(max(Double(pixel) + change, 0), 1))
      }
      let other = crafting.losses(of: pixels, classes: classes)
      let isStrongest = zip(found, other).allSatisfy { direction * ($0 - $1) > -1e-6 }
      #expect(isStrongest, "corner \(corner)")
    }
  }

  @Test func targetedExamplesAreMoreProbablyTheTarget() throws {
    let crafting = try Self.linear(isTargeted: true, classes: 5)
    let made = crafting.run(epsilon: 0.02)
    let before = crafting.losses(of: made.originals, classes: crafting.targets)
    let after = crafting.losses(of: made.examples, classes: crafting.targets)
    #expect(zip(before, after).allSatisfy { $1 < $0 })
  }

  @Test(arguments: [1.0 / 255, 0.1, 0.3], [false, true])
  func everyPixelIsTheFormulas(epsilon: Double, isTargeted: Bool) throws {
    let crafting = try AttackContractTests.Setting(
      attack: FGSM.name, norm: .linf, isConvolutional: true
    ).crafting(isTargeted: isTargeted)
    let made = crafting.run(epsilon: epsilon)
    let gradient = crafting.gradient(
      at: made.originals, classes: isTargeted ? crafting.targets : crafting.labels)
    var decided = 0
    for (place, slope) in gradient.enumerated() where abs(slope) > 1e-6 {
      let sign: Double = (slope > 0) == isTargeted ? -1 : 1
      let expected = min(max(Double(made.originals[place]) + epsilon * sign, 0), 1)
      #expect(abs(Double(made.examples[place]) - expected) < 3e-7)
      decided += 1
    }
    #expect(decided > gradient.count / 2)
  }

  /// In L2 the step is along the gradient and, where no pixel meets the end of its range, of
  /// length ε.
  @Test func inL2TheStepIsAlongTheGradient() throws {
    var crafting = try Self.linear(classes: 5)
    crafting.norm = .l2
    let made = crafting.run(epsilon: 0.001)
    let gradient = crafting.gradient(at: made.originals, classes: crafting.labels)
    for row in crafting.labels.indices {
      let pixels = row * 9..<(row + 1) * 9
      let length = pixels.reduce(0) { $0 + gradient[$1] * gradient[$1] }.squareRoot()
      for place in pixels {
        let change = 0.001 * gradient[place] / length
        let expected = min(max(Double(made.originals[place]) + change, 0), 1)
        #expect(abs(Double(made.examples[place]) - expected) < 3e-7)
      }
    }
  }

  @Test(arguments: Norm.allCases)
  func whereTheGradientIsZeroNothingChanges(norm: Norm) throws {
    var crafting = try Self.linear(zeroed: [0, 4, 7])
    crafting.norm = norm
    let made = crafting.run(epsilon: 0.3)
    for (place, (before, after)) in zip(made.originals, made.examples).enumerated() {
      if [0, 4, 7].contains(place % 9) {
        #expect(before == after)
      }
    }
    #expect(made.originals != made.examples)
  }

  @Test(arguments: ["fgsm", "pgd:random-start=false", "mifgsm"], Norm.allCases)
  func aModelWithoutSlopeIsNotPerturbed(attack: String, norm: Norm) throws {
    let model = try Models.mlp(input: [3, 3, 1])
    var values = Models.values(model, seed: 1)
    values[1] = Tensor([Float](repeating: -100, count: 9), shape: [9])
    let noise = Images.noise(12, shape: [3, 3, 1], classes: 2, seed: 2)
    let made = Crafting(
      model: model, values: values, images: noise.images, labels: noise.labels,
      plan: try AttackPlan(attack), norm: norm
    ).run(epsilon: 1)
    #expect(made.originals == made.examples)
  }
}
