import Attacks
import Autodiff
import Configurations
import Datasets
import Evaluation
import Kernels
import ModelFixtures
import Networks
import Testing

/// What becomes of an example depends on nothing but the example, the attack and the key.
@Suite struct AttackRunnerTests {
  static let dataset = Images.halves(37, seed: 5, part: .test)
  static let attacks =
    ["fgsm", "rs-fgsm", "pgd:steps=6", "mifgsm:steps=4", "apgd-ce:steps=8"]
    + ["apgd-t:steps=6", "square:queries=12"]

  struct Ended: Equatable {
    var images: [[Float]]
    var isClaimed: [Bool]
  }

  static func run(
    _ text: String, examples: [Int], capacity: Int = 16, stopsEarly: Bool = true,
    norm: Norm = .linf, device: Device = Device(threads: 1), inWholeSteps: Bool = false
  ) throws -> Ended {
    let model = try Models.cnn()
    let plan = try AttackPlan(text)
    let runner = AttackRunner(
      inWholeSteps ? WholeSteps(attack: plan.attack) : plan.attack, isTargeted: plan.targets > 0,
      norm: norm, model: model,
      variables: Models.variables(model, Models.values(model, seed: 3)), capacity: capacity,
      device: device)
    let tasks = examples.map { example in
      AttackRunner.Task(
        example: example, label: dataset.labels[example], target: 1 - dataset.labels[example],
        epsilon: norm == .linf ? 0.1 : 0.8)
    }
    var ended = Ended(
      images: Array(repeating: [], count: tasks.count),
      isClaimed: Array(repeating: false, count: tasks.count))
    runner.run(
      tasks, on: dataset, key: RandomKey(seed: 8), stopsEarly: stopsEarly
    ) { finished in
      // Threads finish in any order.
      for (place, row) in finished.tasks.enumerated() {
        #expect(ended.images[row].isEmpty, "twice")
        ended.images[row] = Array(finished.images[place * 36..<(place + 1) * 36])
        ended.isClaimed[row] = finished.isClaimed[place]
      }
    }
    return ended
  }

  @Test(arguments: attacks, [Norm.linf, .l2])
  func companyDoesNotMatter(attack: String, norm: Norm) throws {
    let all = Array(0..<37)
    let expected = try Self.run(attack, examples: all, norm: norm)
    #expect(Set(expected.images).count > 10)
    for capacity in [1, 5, 64] {
      #expect(try Self.run(attack, examples: all, capacity: capacity, norm: norm) == expected)
    }
    let device = Device(threads: 2, instructionSet: .baseline)
    #expect(try Self.run(attack, examples: all, norm: norm, device: device) == expected)
    let some = [30, 2, 17, 36, 9]
    let part = try Self.run(attack, examples: some, norm: norm)
    #expect(part.images == some.map { expected.images[$0] })
    #expect(part.isClaimed == some.map { expected.isClaimed[$0] })
  }

  /// Threads take parts of the tasks where there may be enough.
  @Test(arguments: attacks, [Norm.linf, .l2])
  func whoAttacksDoesNotMatter(attack: String, norm: Norm) throws {
    let all = Array(0..<37)
    let expected = try Self.run(attack, examples: all, norm: norm)
    let device = Device(threads: 3)
    // Two rounds of parts, and fewer tasks than threads.
    for count in [452, 2] {
      let examples = (0..<count).map { $0 % 37 }
      let ended = try Self.run(
        attack, examples: examples, capacity: 450, norm: norm, device: device)
      #expect(ended.images == examples.map { expected.images[$0] })
      #expect(ended.isClaimed == examples.map { expected.isClaimed[$0] })
    }
  }

  /// A search as an attack whose steps are of one piece.
  private struct WholeSteps: Attack {
    static let name = "whole"
    static let summary = ""
    static let kind = AttackKind.blackBox
    let attack: any Attack

    init(attack: any Attack) { self.attack = attack }
    init(_ object: inout ConfigurationObject) throws(ConfigurationError) { attack = FGSM() }

    var configuration: [String: JSONValue] { attack.configuration }
    var steps: Int { attack.steps }
    func scalars(step: Int) -> [Float] { attack.scalars(step: step) }
    func start(_ problem: AttackProblem) -> AttackState { attack.start(problem) }
    func step(_ state: AttackState, _ problem: AttackProblem) -> AttackState {
      attack.step(state, problem)
    }
  }

  /// Asking only about what changes something gives what asking about everything gives.
  @Test(arguments: [Norm.linf, .l2], [false, true])
  func aSearchInTwoHalvesIsTheSame(norm: Norm, stopsEarly: Bool) throws {
    let searches = Self.attacks.filter {
      AttackCatalog.attack(named: String($0.prefix { $0 != ":" })) is any SearchAttack
    }
    #expect(!searches.isEmpty)
    for search in searches.map({ $0.replacing("=12", with: "=80") }) {
      let ended = try [false, true].map {
        try Self.run(
          search, examples: Array(0..<37), stopsEarly: stopsEarly, norm: norm, inWholeSteps: $0)
      }
      #expect(ended[0] == ended[1])
    }
  }

  /// Whatever left its batch early is seen as another class; whatever did not was never seen so.
  @Test func claimsAreTrue() throws {
    let ended = try Self.run("pgd:steps=8", examples: Array(0..<37))
    #expect(Set(ended.isClaimed) == [true, false])
    let model = try Models.cnn()
    let classifier = Classifier(
      model: model, variables: Models.variables(model, Models.values(model, seed: 3)),
      capacity: 64, device: Device(threads: 1))
    let answers = ended.images.flatMap { $0 }.withUnsafeBytes { images in
      Self.dataset.labels.withUnsafeBufferPointer { classifier.answers(to: images, labels: $0) }
    }
    for (row, isClaimed) in ended.isClaimed.enumerated() where isClaimed {
      #expect(answers.predictions[row] != Self.dataset.labels[row])
    }
  }

  @Test func withoutStoppingEveryStepIsTaken() throws {
    let early = try Self.run("pgd:steps=8", examples: Array(0..<37))
    let full = try Self.run("pgd:steps=8", examples: Array(0..<37), stopsEarly: false)
    #expect(full.isClaimed.allSatisfy { !$0 })
    for row in 0..<37 {
      #expect((early.images[row] == full.images[row]) || early.isClaimed[row])
    }
    #expect(early.images != full.images)
  }
}
