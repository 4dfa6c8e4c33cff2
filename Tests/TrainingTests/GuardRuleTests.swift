import Attacks
import Autodiff
import Configurations
import Datasets
import Foundation
import ModelFixtures
import Networks
import Testing

@testable import Training

/// The guard's parts, each alone.
@Suite struct GuardRuleTests {
  static func alignment(
    _ model: Model, _ values: [Tensor], epsilon: Double, on images: Dataset
  ) -> Double {
    GradientAlignment(
      images, limit: 16, epsilon: epsilon, model: model,
      variables: Models.variables(model, values), device: Device(threads: 1),
      key: RandomKey(seed: 5)
    ).run()
  }

  /// Of two classes: all its gradients are multiples of one vector, along it or against it by the
  /// label alone.
  @Test(arguments: [0.01, 0.3, 1])
  func aLinearModelIsAligned(epsilon: Double) throws {
    let model = try Models.linear()
    let found = Self.alignment(
      model, Models.values(model, seed: 2), epsilon: epsilon, on: Images.halves(20, seed: 1))
    #expect(abs(found - 1) < 1e-5)
  }

  /// Beside gradients that are worked out by hand, in Double.
  @Test(arguments: [0.02, 0.1, 0.5])
  func alignmentIsTheMeanCosine(epsilon: Double) throws {
    let model = try Models.mlp()
    let values = Models.values(model, seed: 4)
    let images = Images.halves(20, seed: 1)
    let count = 16

    // The random places, as the attacks' own random start has them.
    let graph = Graph()
    let input = graph.input("images", shape: [.batch, 6, 6, 1])
    let labels = graph.input("labels", shape: [.batch], element: .int32)
    let words = graph.input("key", shape: [2], element: .int32)
    let examples = graph.input("examples", shape: [.batch], element: .int32)
    let radius = graph.input("epsilon", shape: [])
    let start = AttackProblem(
      PerturbationSet(around: input, epsilon: radius), labels: labels,
      randomness: .init(key: words, examples: examples)
    ) { model.logits(of: $0) }.randomStart()
    let program = Program(
      results: [start], variables: Models.variables(model, values), capacity: count,
      device: Device(threads: 1))
    let pixels = images.images[..<(36 * count)].map { Float($0) / 255 }
    let key = RandomKey(seed: 5)
    program.write(Tensor(pixels, shape: [count, 6, 6, 1]), to: input)
    program.write(Float(epsilon), to: radius)
    program.write(key, to: words)
    program.write(Tensor((0..<Int32(count)).map { $0 }, shape: [count]), to: examples)
    program.run(batch: count)
    let places = program.read(start).floats

    let network = TwoLayers(values)
    let cosines = (0..<count).map { row in
      let range = row * 36..<(row + 1) * 36
      let label = Int(images.labels[row])
      return TwoLayers.cosine(
        network.gradient(at: pixels[range].map(Double.init), label: label),
        network.gradient(at: places[range].map(Double.init), label: label))
    }
    let expected = cosines.reduce(0, +) / Double(count)
    let found = Self.alignment(model, values, epsilon: epsilon, on: images)
    #expect(abs(found - expected) < 1e-4, "\(found), not \(expected)")
    #expect(zip(places, pixels).contains { $0 != $1 })
    #expect(zip(places, pixels).allSatisfy { abs($0 - $1) <= Float(epsilon) })
  }

  /// A hidden layer of rectifiers, then logits.
  struct TwoLayers {
    let (weights, biases): ([[Double]], [[Double]])
    let widths: [Int]

    init(_ values: [Tensor]) {
      let matrices = values.filter { $0.shape.count == 2 }
      weights = matrices.map { $0.floats.map(Double.init) }
      biases = values.filter { $0.shape.count == 1 }.map { $0.floats.map(Double.init) }
      widths = [matrices[0].shape[0], matrices[0].shape[1], matrices[1].shape[1]]
    }

    func gradient(at image: [Double], label: Int) -> [Double] {
      let hidden = (0..<widths[1]).map { unit in
        biases[0][unit]
          + (0..<widths[0]).reduce(0) { $0 + image[$1] * weights[0][$1 * widths[1] + unit] }
      }
      let logits = (0..<widths[2]).map { unit in
        biases[1][unit]
          + (0..<widths[1]).reduce(0) {
            $0 + max(0, hidden[$1]) * weights[1][$1 * widths[2] + unit]
          }
      }
      let exponentials = logits.map { exp($0 - logits.max()!) }
      let sum = exponentials.reduce(0, +)
      let errors = exponentials.enumerated().map { $1 / sum - ($0 == label ? 1 : 0) }
      let deltas = (0..<widths[1]).map { unit in
        hidden[unit] > 0
          ? (0..<widths[2]).reduce(0) { $0 + errors[$1] * weights[1][unit * widths[2] + $1] } : 0
      }
      return (0..<widths[0]).map { pixel in
        (0..<widths[1]).reduce(0) { $0 + deltas[$1] * weights[0][pixel * widths[1] + $1] }
      }
    }

    static func cosine(_ first: [Double], _ second: [Double]) -> Double {
      func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
      let length = (dot(first, first) * dot(second, second)).squareRoot()
      return length > 0 ? dot(first, second) / length : 1
    }
  }

  @Test(arguments: [
    ("fgsm", 0.2, "pgd:relative-step=1,steps=2"),
    ("fgsm", 0.4, "pgd:relative-step=1,steps=2"),
    ("fgsm", 0.41, "pgd:relative-step=0.5,steps=4"),
    ("n-fgsm", 0.2, "pgd:relative-step=1,steps=2"),
    ("pgd:steps=2", 0.2, "pgd:relative-step=0.5,steps=4"),
    ("pgd:steps=2", 0.9, "pgd:relative-step=0.3,steps=8"),
    ("pgd:steps=3", 0.2, "pgd:relative-step=0.5,steps=4"),
    ("pgd:steps=4", 0.2, "pgd:relative-step=0.3,steps=8"),
    // The last rung is not passed over.
    ("pgd:steps=4", 0.9, "pgd:relative-step=0.3,steps=8"),
    ("pgd:steps=8", 0.2, nil), ("pgd:steps=40", 0.9, nil),
  ])
  func theLadder(attack: String, gap: Double, remedy: String?) throws {
    let plan = try AttackPlan(attack, among: AttackCatalog.training)
    #expect(Remedy.next(after: plan, gap: gap)?.name == remedy)
  }

  @Test func everyRungTrains() throws {
    for rung in Remedy.ladder {
      let plan = try AttackPlan(rung, among: AttackCatalog.training)
      try Adversary.check(plan, place: rung)
      // A state keeps its name alone.
      #expect(try AttackPlan(plan.name).configuration.text == plan.configuration.text)
    }
  }

  static func watch(_ guarding: String, adversary: String = "") throws -> Watch {
    let recipe = try RecipeTests.recipe(
      #"{"adversarial": {"ratio": 1\#(adversary)}, "guard": {\#(guarding)}}"#)
    let model = try Models.linear()
    return Watch(
      Images.halves(10, seed: 2), recipe: recipe, model: model,
      variables: Models.variables(model, Models.values(model, seed: 1)),
      device: Device(threads: 1))
  }

  @Test(arguments: [
    (4, 5, [1, 2, 3, 4]), (4, 10, [2, 4, 6, 8]), (4, 9, [2, 4, 6, 8]), (1, 7, [4]),
    (0, 10, []), (9, 4, [1, 2, 3]), (3, 1, []), (2, 100, [34, 67]),
  ])
  func checksPartAnEpochEvenly(checks: Int, steps: Int, due: [Int]) throws {
    let watch = try Self.watch(#""checks": \#(checks)"#)
    #expect((1...steps).filter { watch.isCheckDue(step: $0, of: steps) } == due)
  }

  @Test(arguments: [
    (0.9, 0.8, 0.75, []), (0.9, 0.8, 0.65, [GuardEvent.Kind.collapse]),
    (0.7, 0.8, 0.75, [.labelLeaking]), (0.7, 0.8, 0.3, [.collapse, .labelLeaking]),
    (0.8, 0.8, 0.8, []), (0.9, 0.2, 0.8, []),
  ])
  func alarmsCompareTheFigures(
    clean: Double, own: Double, robust: Double, kinds: [GuardEvent.Kind]
  ) throws {
    let figures = EpochRecord.Attacked(
      count: 100, cleanAccuracy: clean, ownAccuracy: own, robustAccuracy: robust, loss: 1)
    let events = try Self.watch(#""gap": 0.1"#).alarms(
      figures, epoch: 3, step: 7, AttackPlan("fgsm"))
    #expect(events.map(\.kind) == kinds)
    #expect(events.allSatisfy { $0.epoch == 3 && $0.step == 7 })
    if kinds.first == .collapse {
      let percent = Int((robust * 100).rounded())
      #expect(
        events[0].message
          == "80.0 % right under fgsm, \(percent).0 % under pgd:steps=10")
    }
  }

  /// What leads away from wrong predictions comes upon the right class by itself.
  @Test func predictedLabelsDoNotLeak() throws {
    let figures = EpochRecord.Attacked(
      count: 100, cleanAccuracy: 0.7, ownAccuracy: 0.8, robustAccuracy: 0.7, loss: 1)
    for (labels, kinds) in [("true", [GuardEvent.Kind.labelLeaking]), ("predicted", [])] {
      let watch = try Self.watch(#""gap": 0.2"#, adversary: #", "labels": "\#(labels)""#)
      let events = try watch.alarms(figures, epoch: 1, step: 1, AttackPlan("fgsm"))
      #expect(events.map(\.kind) == kinds)
    }
  }

  /// Of few examples one alone is a large share.
  @Test(arguments: [(10, 4, false), (10, 5, true), (200, 12, false), (200, 13, true)])
  func chanceIsNoCollapse(count: Int, fewer: Int, isCollapse: Bool) throws {
    let own = 1.0
    let figures = EpochRecord.Attacked(
      count: count, cleanAccuracy: 1, ownAccuracy: own,
      robustAccuracy: own - Double(fewer) / Double(count), loss: 1)
    let events = try Self.watch(#""gap": 0.06"#).alarms(
      figures, epoch: 1, step: 1, AttackPlan("fgsm"))
    #expect(events.contains { $0.kind == .collapse } == isCollapse)
  }

  static func record(robust: Double?, clean: Double, loss: Double = 1) -> EpochRecord {
    EpochRecord(
      epoch: 1, steps: 1, trainingLoss: 1,
      validation: .init(
        loss: loss, cleanAccuracy: clean,
        attacked: robust.map {
          .init(count: 9, cleanAccuracy: 0.5, ownAccuracy: 0.5, robustAccuracy: $0, loss: 1)
        }))
  }

  @Test func theBestEpochIsTheMostRobust() throws {
    let recipe = try RecipeTests.recipe(#"{"adversarial": {"ratio": 1}}"#)
    func score(_ robust: Double?, _ clean: Double, _ loss: Double = 1) -> TrainingState.Score {
      recipe.score(of: Self.record(robust: robust, clean: clean, loss: loss))
    }
    #expect(score(0.6, 0.7).isBetter(than: score(0.5, 0.9)))
    #expect(score(0.5, 0.9).isBetter(than: score(0.5, 0.8)))
    #expect(!score(0.5, 0.8).isBetter(than: score(0.5, 0.8)))
    #expect(score(0.5, 0.8, 0.1).isBetter(than: score(0.5, 0.8, 0.9)))
    #expect(score(0.5, 0.9, 0.9).isBetter(than: score(0.5, 0.8, 0.1)))
    #expect(score(nil, 0.1, 0.5).isBetter(than: score(nil, 0.9, 0.6)))
  }

  @Test func whatPatienceWaitsFor() throws {
    func figure(_ stopping: String, _ robust: Double?) throws -> Double? {
      try RecipeTests.recipe(#"{"earlyStopping": {\#(stopping)}}"#)
        .stoppingFigure(of: Self.record(robust: robust, clean: 0.9, loss: 2))
    }
    #expect(try figure("", 0.4) == 0.4)
    #expect(try figure(#""figure": "robust""#, 0.4) == 0.4)
    #expect(try figure(#""figure": "clean""#, 0.4) == -2)
    #expect(try figure("", nil) == -2)
  }
}
