import Attacks
import Autodiff
import ModelFixtures
import Networks
import Testing

@testable import Training

/// Trainings that overfit to their own attack, within a second each.
@Suite struct GuardTests {
  static let images = Images.halves(300, seed: 1)

  /// - Parameters:
  ///   - guarding: the keys of the guard's section.
  ///   - adversarial: keys beside ε.
  static func recipe(
    _ guarding: String, epsilon: Double = 0.3, adversarial: String = #""ratio": 1"#,
    epochs: Int = 4, more: String = ""
  ) -> String {
    #"""
    {"epochs": \#(epochs), "batchSize": 16, "validation": 60, "seed": 3,
     "optimizer": {"type": "adam", "learningRate": 0.02},
     "adversarial": {\#(adversarial), "epsilon": \#(epsilon)},
     "guard": {\#(guarding)}\#(more)}
    """#
  }

  static func run(
    _ recipe: String, model: Model? = nil, initial: [Tensor]? = nil,
    resuming state: TrainingState? = nil
  ) throws -> Run {
    try Run(
      recipe, model: model ?? Models.cnn(), on: images, initial: initial, resuming: state)
  }

  static func kinds(_ records: [EpochRecord]) -> [[GuardEvent.Kind]] {
    records.map { $0.events.map(\.kind) }
  }

  @Test func aWarningChangesNothing() throws {
    let run = try Self.run(Self.recipe(#""onCollapse": "warn""#))
    #expect(Self.kinds(run.records) == Array(repeating: [.collapse], count: 4))
    for record in run.records {
      let attacked = try #require(record.validation?.attacked)
      #expect(attacked.ownAccuracy > attacked.robustAccuracy + 0.2)
      #expect(!record.isRolledBack && record.steps == 15)
    }
    let last = try #require(run.records.last?.validation?.attacked)
    #expect(last.cleanAccuracy > 0.95 && last.ownAccuracy > 0.8 && last.robustAccuracy < 0.4)
    #expect(run.result?.failure == nil && run.result?.last.epoch == 4)
    // Neither does what a probe looks at.
    let other = try Self.run(
      Self.recipe(#""onCollapse": "warn", "examples": 7, "gap": 1, "probe": "pgd:steps=3""#))
    #expect(other.result?.last.parameters == run.result?.last.parameters)
    #expect(other.guarded.isEmpty)
    #expect(other.records.last?.validation?.attacked?.count == 7)
  }

  @Test func stoppingEndsTheRun() throws {
    let run = try Self.run(Self.recipe(#""onCollapse": "stop", "checks": 0"#))
    #expect(Self.kinds(run.records) == [[.collapse, .end]])
    let failure = try #require(run.result?.failure)
    #expect(failure.kind == .end && failure.epoch == 1 && failure.step == 15)
    #expect(failure.message == "the run ends here, as its recipe says")
    #expect(run.result?.best.epoch == 1 && run.steps.count == 15)
    #expect(run.guarded == run.records[0].events && run.stoppedEarly == nil)
  }

  /// Within the first epoch there is nothing to deliver.
  @Test func stoppingBeforeTheFirstEpochEnds() throws {
    let run = try Self.run(Self.recipe(#""onCollapse": "stop", "checks": 14"#))
    #expect(run.result == nil && run.delivered.isEmpty && run.steps.count < 15)
    guard case .collapsed(let event) = run.error as? TrainingError else {
      Issue.record("no error, but \(String(describing: run.error))")
      return
    }
    #expect(event.kind == .end && event.epoch == 1 && event.step == run.steps.count)
    #expect(run.records.count == 1 && run.records[0].isRolledBack)
    #expect(run.records[0].steps == event.step)
    #expect(run.states.last?.history == run.records)
  }

  /// A healed run is, bit for bit, one that begins from the healthy state with the remedy.
  @Test func healingFromTheFirstWeights() throws {
    let healed = try Self.run(Self.recipe(#""checks": 0, "gap": 0.1"#, epsilon: 0.15))
    let first = try #require(healed.records.first)
    #expect(first.isRolledBack && first.epoch == 1 && first.steps == 15)
    #expect(
      healed.guarded.map(\.message).suffix(2) == [
        "to the first weights", "on with pgd:relative-step=1,steps=2",
      ])
    #expect(Self.kinds(healed.records)[0] == [.collapse, .rollback, .healing])
    #expect(Self.kinds(healed.records).dropFirst().allSatisfy { $0.isEmpty })
    #expect(healed.records.map(\.epoch) == [1, 1, 2, 3, 4])

    let strong = try Self.run(
      Self.recipe(
        #""checks": 0, "gap": 0.1"#, epsilon: 0.15,
        adversarial: #""ratio": 1, "attack": "pgd:relative-step=1,steps=2""#))
    #expect(strong.records == Array(healed.records.dropFirst()))
    #expect(strong.result?.contents == healed.result?.contents)
    let robust = try #require(healed.records.last?.validation?.attacked?.robustAccuracy)
    #expect(robust > 0.9 && healed.result?.failure == nil)
  }

  /// Weights, the optimizer's state, the average and the random numbers go back together.
  @Test func healingFromTheEndOfAnEpoch() throws {
    func recipe(_ attack: String, gap: Double, epochs: Int) -> String {
      Self.recipe(
        #""checks": 0, "healings": 9, "gap": \#(gap)"#, epsilon: 0.15,
        adversarial: #""ratio": 1, "attack": "\#(attack)""#, epochs: epochs,
        more: #", "movingAverage": 0.9, "augmentation": {"shift": 1}"#
      )
    }
    let model = try Models.mlp()
    func gap(_ record: EpochRecord) -> Double {
      record.validation?.attacked.map { $0.ownAccuracy - $0.robustAccuracy } ?? 0
    }
    // A gap that the first epoch does not show, and a later one does.
    let watched = try Self.run(recipe("fgsm", gap: 1, epochs: 6), model: model).records
    let least = max(0.045, gap(watched[0]))
    let collapse = try #require(watched.first { gap($0) > least }, "the test needs a growing gap")
    let healed = try Self.run(recipe("fgsm", gap: least, epochs: 6), model: model)
    let place = try #require(healed.records.firstIndex { $0.isRolledBack })
    let record = healed.records[place]
    #expect(place >= 1 && record.epoch <= collapse.epoch)
    #expect(
      record.events.map(\.message)[1] == "to the end of epoch \(record.epoch - 1)")
    let healing = try #require(record.events.last)
    #expect(healing.kind == .healing)

    // The state at the end of the healthy epoch, from a run of as many.
    let states = try Self.run(recipe("fgsm", gap: least, epochs: 6), model: model).states
    let healthy = try #require(
      states.last { $0.history.count == place && $0.epoch == record.epoch && $0.stepsOfEpoch == 0 })
    let remedy = healing.message.replacing("on with ", with: "")
    let other = try Self.run(
      recipe(remedy, gap: least, epochs: 6), model: model, resuming: healthy)
    #expect(other.started.last == record.epoch)
    #expect(other.records.map(\.trainingLoss) == healed.records[(place + 1)...].map(\.trainingLoss))
    #expect(other.records == Array(healed.records[(place + 1)...]))
    #expect(other.result?.last.parameters == healed.result?.last.parameters)
    #expect(other.result?.average?.parameters == healed.result?.average?.parameters)
  }

  @Test(arguments: [
    (
      #""gap": 0.05, "healings": 0"#, #""ratio": 1"#,
      "the run was healed 0 times, and is given up"
    ),
    (
      #""gap": 0.05"#, #""objective": "free", "replays": 3"#,
      "no remedy is stronger than fgsm; the run is given up"
    ),
    (
      // So small are its steps that it fools nothing.
      #""gap": 0.05"#, #""ratio": 1, "attack": "pgd:steps=8,relative-step=0.01""#,
      "no remedy is stronger than pgd:relative-step=0.01,steps=8; the run is given up"
    ),
  ])
  func whereNothingHelpsTheRunEnds(guarding: String, adversarial: String, message: String) throws {
    let run = try Self.run(
      Self.recipe(
        guarding + #", "checks": 0"#, epsilon: 0.15, adversarial: adversarial, epochs: 8))
    let failure = try #require(run.result?.failure, "\(run.records)")
    #expect(failure.message == message)
    #expect(run.records.last?.events.map(\.kind).suffix(2) == [.collapse, .end])
    #expect(run.records.last.map { !$0.isRolledBack } == true)
    #expect(run.error == nil && run.epochs.count < 8)
  }

  /// At this ε nothing can be robust, and every rung is tried.
  @Test func everyRungIsTried() throws {
    let run = try Self.run(Self.recipe(#""checks": 0, "gap": 0.02"#, epsilon: 0.25, epochs: 12))
    let remedies = run.guarded.filter { $0.kind == .healing }.map(\.message)
    #expect(!remedies.isEmpty && remedies.count <= 3)
    #expect(Set(remedies).count == remedies.count)
    let steps = run.states.last?.remedies.map { plan in Int(plan.last!.wholeNumberValue!) }
    #expect(steps == steps?.sorted() && steps?.count == remedies.count)
  }

  @Test func aFallOfAlignmentIsSeenWithinTheEpoch() throws {
    let run = try Self.run(Self.recipe(#""checks": 14"#, epochs: 2))
    let record = try #require(run.records.first)
    #expect(record.isRolledBack && record.steps < 15 && record.epoch == 1)
    let alignment = try #require(record.alignment)
    #expect(alignment < 0.9)
    #expect(record.events.allSatisfy { $0.step == record.steps && $0.epoch == 1 })
    #expect(record.validation?.attacked != nil)
    // The steps of the epoch begin again.
    #expect(run.steps[record.steps].step == 1 && run.steps[record.steps].epoch == 1)
    // The mean of the steps that were taken.
    let mean = run.steps[..<record.steps].reduce(0) { $0 + $1.loss } / Double(record.steps)
    #expect(abs(record.trainingLoss - mean) < 1e-12)
  }

  @Test func aSteadyAlignmentSparesTheProbe() throws {
    // The first check finds no figure to compare with, and probes; later ones only where it falls.
    let wide = try Self.run(Self.recipe(#""checks": 14, "alignmentDrop": 2, "gap": 0.2"#))
    let never = try Self.run(Self.recipe(#""checks": 0, "gap": 0.2"#))
    #expect(never.records.allSatisfy { $0.steps == 15 })
    #expect(wide.records.contains { $0.isRolledBack })
    for record in wide.records { #expect(record.steps == 1 || record.steps == 15, "\(record)") }
  }

  /// While ε grows the training's attack is smaller than the probe's.
  @Test func theWarmUpSuspendsAlarms() throws {
    let run = try Self.run(
      Self.recipe(
        #""onCollapse": "stop", "checks": 14"#,
        adversarial: #""ratio": 1, "epsilonWarmup": 2"#, epochs: 6))
    #expect(Self.kinds(run.records).first?.isEmpty == true)
    let first = try #require(run.guarded.first)
    #expect((first.epoch, first.step) >= (2, 15))
    let gaps = run.records.compactMap(\.validation?.attacked)
      .map { $0.ownAccuracy - $0.robustAccuracy }
    #expect(gaps[0] > 0.1)
  }

  @Test func adversarialExamplesThatTellTheLabel() throws {
    let recipe = Self.recipe(#""onCollapse": "warn""#, epsilon: 0.4, epochs: 12)
    let run = try Self.run(recipe)
    let leaks = run.guarded.filter { $0.kind == .labelLeaking }
    let leak = try #require(leaks.first)
    let record = try #require(run.records.first { $0.epoch == leak.epoch })
    let attacked = try #require(record.validation?.attacked)
    #expect(attacked.ownAccuracy > attacked.cleanAccuracy)
    #expect(leak.message.contains("right under fgsm"))
    #expect(leak.message.hasSuffix("; labels: predicted is against it"))
    for record in run.records {
      let attacked = record.validation!.attacked!
      let leaks = record.events.contains { $0.kind == .labelLeaking }
      #expect(leaks == (attacked.ownAccuracy - attacked.cleanAccuracy > 4.5 / 60))
    }
    let predicted = try Self.run(
      Self.recipe(
        #""onCollapse": "warn""#, epsilon: 0.4,
        adversarial: #""ratio": 1, "labels": "predicted""#, epochs: 2))
    #expect(predicted.error == nil && predicted.records.count == 2)
    #expect(predicted.result?.last.parameters != run.result?.last.parameters)
  }

  @Test func withoutAnAdversaryThereIsNothingToGuard() throws {
    let run = try Self.run(
      Self.recipe(#""checks": 14, "gap": 0"#, adversarial: #""ratio": 0"#, epochs: 2))
    #expect(run.guarded.isEmpty)
    #expect(run.records.allSatisfy { $0.alignment == nil && $0.validation?.attacked == nil })
  }
}
