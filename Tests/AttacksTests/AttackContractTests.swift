import Attacks
import Autodiff
import Kernels
import ModelFixtures
import Networks
import Testing

/// What every attack of the catalog must do, in both norms.
@Suite struct AttackContractTests {
  /// An attack, where it is tried, and with which model.
  struct Setting: CustomTestStringConvertible {
    let attack: String
    let norm: Norm
    let isConvolutional: Bool

    var testDescription: String {
      "\(attack), \(norm), \(isConvolutional ? "convolution" : "matrices")"
    }

    func crafting(isTargeted: Bool = false) throws -> Crafting {
      let input = [6, 5, 2]
      let model =
        try isConvolutional
        ? Models.cnn(input: input, classes: 4) : Models.mlp(input: input, classes: 4)
      let noise = Images.noise(20, shape: input, classes: 4, seed: 9)
      return Crafting(
        model: model, values: Models.values(model, seed: 21), images: noise.images,
        labels: noise.labels, plan: try AttackPlan(attack), norm: norm, isTargeted: isTargeted)
    }
  }

  /// Every entry of the catalog, with few enough steps to be written out in one program.
  static let attacks = [
    "fgsm", "rs-fgsm", "pgd:steps=5", "mifgsm:steps=4", "apgd-ce:steps=5", "apgd-t:steps=5",
    "square:queries=6",
  ]
  static let settings = attacks.flatMap { attack in
    Norm.allCases.flatMap { norm in
      [false, true].map { Setting(attack: attack, norm: norm, isConvolutional: $0) }
    }
  }

  static func epsilons(_ norm: Norm) -> [Double] {
    norm == .linf ? [0, 1.0 / 255, 0.1, 0.3, 1] : [0, 1e-3, 0.1, 0.5, 20]
  }

  @Test func theCatalogIsCovered() {
    #expect(Self.attacks.map { String($0.prefix { $0 != ":" }) } == AttackCatalog.names)
    #expect(Set(AttackCatalog.names).count == AttackCatalog.all.count)
    #expect(
      Set(AttackCatalog.names + AttackSuite.names).count
        == AttackCatalog.all.count + AttackSuite.catalog.count)
    #expect(AttackCatalog.attack(named: "") == nil)
    for type in AttackCatalog.all {
      #expect(!type.summary.isEmpty && !type.summary.contains("\n"))
      guard let attack = AttackCatalog.attack(named: type.name) else {
        Issue.record("\(type.name) has no default settings")
        continue
      }
      #expect(attack.steps >= 1 && (type.kind == .singleStep) == (attack.steps == 1))
      let counts = Set((0..<attack.steps).map { attack.scalars(step: $0).count })
      #expect(counts.count == 1, "\(type.name): \(counts) scalars")
    }
  }

  @Test(arguments: settings, [false, true])
  func everyExampleIsAllowed(setting: Setting, isTargeted: Bool) throws {
    let crafting = try setting.crafting(isTargeted: isTargeted)
    let program = CraftingProgram(crafting)
    for epsilon in Self.epsilons(setting.norm) {
      let made = program.run(epsilon: epsilon)
      let threat = ThreatModel(epsilon: epsilon, norm: setting.norm)
      let isAllowed = made.allowed(by: threat, count: crafting.labels.count).allSatisfy { $0 }
      #expect(isAllowed, "ε = \(epsilon)")
      let isSame = made.examples == made.originals
      #expect(isSame == (epsilon == 0), "ε = \(epsilon)")
    }
  }

  /// A random search may begin anywhere: ``SquareTests`` follow it from its start.
  @Test(arguments: settings.filter { !$0.attack.hasPrefix(Square.name) }, [false, true])
  func theLossGrows(setting: Setting, isTargeted: Bool) throws {
    let crafting = try setting.crafting(isTargeted: isTargeted)
    let made = crafting.run(epsilon: setting.norm == .linf ? 0.01 : 0.05)
    let classes = isTargeted ? crafting.targets : crafting.labels
    let direction = isTargeted ? -1.0 : 1
    let before = crafting.losses(of: made.originals, classes: classes)
    let after = crafting.losses(of: made.examples, classes: classes)
    let growth = zip(before, after).map { direction * ($1 - $0) }
    #expect(growth.count { $0 > -1e-4 } >= growth.count * 7 / 10, "\(growth)")
    #expect(growth.reduce(0, +) > 0)
  }

  @Test(arguments: settings)
  func bitsAreTheSameEverywhere(setting: Setting) throws {
    let crafting = try setting.crafting()
    let order = Array(0..<9)
    let expected = crafting.run(epsilon: 0.1, order: order)
    for (index, set) in InstructionSet.allCases.filter(\.isSupported).enumerated() {
      let (threads, batchSize) = (index + 2, index % 2 == 0 ? 4 : 9)
      let made = crafting.run(
        epsilon: 0.1, on: Device(threads: threads, instructionSet: set), batchSize: batchSize,
        order: order)
      let isSame = made == expected
      #expect(isSame, "\(set), \(threads) threads, batches of \(batchSize)")
    }
  }

  /// Random numbers belong to the example, wherever it stands, and to the restart.
  @Test(arguments: settings)
  func examplesDependOnTheirIdentityAndTheRestart(setting: Setting) throws {
    let crafting = try setting.crafting()
    let program = CraftingProgram(crafting)
    let made = program.run(epsilon: 0.1)
    let count = crafting.labels.count
    let turned = program.run(epsilon: 0.1, order: Array((0..<count).reversed()))
    let size = made.examples.count / count
    let rows = (0..<count).reversed().flatMap { turned.examples[$0 * size..<($0 + 1) * size] }
    #expect(rows == made.examples)

    let isDeterministic = ["fgsm", "mifgsm:steps=4"].contains(setting.attack)
    let restarted = program.run(epsilon: 0.1, seed: 6)
    #expect((restarted.examples == made.examples) == isDeterministic)
  }
}
