import Attacks
import Autodiff
import Datasets
import Evaluation
import Foundation
import Networks
import Testing
import TrainedModels

/// Whether a masked checkpoint ever passes, and whether a sound one is ever refused: real models,
/// about 6 minutes on two cores, with `DEFEND_ACCEPTANCE=1` in the environment.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["DEFEND_ACCEPTANCE"] != nil))
struct HealthAcceptanceTests {
  static let device = Device(threads: 2)

  static func data() throws -> DatasetPair {
    try DatasetCatalog(environment: [:]).load("mnist-5k")
  }

  static func report(
    _ subjects: [EvaluationSubject], on test: Dataset, epsilons: [Double]
  ) throws -> Report {
    var evaluator = Evaluator(
      suite: try AttackSuite("quick"), threats: epsilons.map { ThreatModel(epsilon: $0) },
      device: device)
    evaluator.requirements = Requirements(minimumRobust: 0.5, comparison: .better)
    return evaluator.evaluate(subjects, on: test).report
  }

  /// What became of a pair, where `DEFEND_ACCEPTANCE` is `verbose`.
  static func log(_ report: Report) {
    guard ProcessInfo.processInfo.environment["DEFEND_ACCEPTANCE"] == "verbose" else { return }
    for checkpoint in report.checkpoints {
      let robust = checkpoint.robust.map { "ε \($0.epsilon): \($0.accuracy.accuracy)" }
      print("\(checkpoint.path): clean \(checkpoint.clean.accuracy), \(robust)")
    }
    print("= \(report.outcome)")
    for finding in report.findings { print("- \(finding.message)") }
    fflush(nil)
  }

  static let masks: [(String, any MaskLayer, MaskPlace)] = [
    ("4 levels", Quantised(step: 0.5, levels: 4), .activations),
    ("8 levels", Quantised(step: 0.2, levels: 8), .activations),
    ("whole logits", Quantised(step: 0.5, levels: 60), .logits),
    ("5 greys", Quantised(step: 0.25, levels: 4), .input),
    ("logits × 10", Scaled(factor: 10), .logits),
    ("logits × 30", Scaled(factor: 30), .logits),
    ("logits × 1000", Scaled(factor: 1000), .logits),
    ("logits × 1e6", Scaled(factor: 1e6), .logits),
    ("softmax", SoftmaxOutput(), .logits),
    ("dropout 0.1", DropoutLeftOn(rate: 0.1), .activations),
    ("dropout 0.5", DropoutLeftOn(rate: 0.5), .activations),
    ("noise", NoisyInput(size: 0.2), .input),
    ("reversed gradient", ReversedGradient(), .logits),
    ("no gradient", StoppedGradient(), .input),
  ]

  /// 56 masked checkpoints, each beside a plain baseline.
  @Test(arguments: [("mlp", 0.1, 3), ("cnn", 0.2, 1)])
  func maskedCheckpointsNeverPass(name: String, epsilon: Double, seeds: Int) throws {
    let data = try Self.data()
    let model = try ModelCatalog.model(name)
    let baseline = try Learnt(
      model, on: data.training, epochs: 4, seed: 100, device: Self.device)
    for seed in 0..<seeds {
      let plain = try Learnt(
        model, on: data.training, epochs: 4, seed: UInt64(seed), device: Self.device)
      for (label, mask, place) in Self.masks {
        let report = try Self.report(
          [
            baseline.subject("plain"),
            plain.subject("\(name) \(label)", maskedBy: mask, at: place),
          ], on: data.test.prefix(250), epsilons: [epsilon])
        // A mask that ruins the model would show nothing.
        #expect(report.checkpoints[1].clean.accuracy > 0.7, "\(name) \(label)")
        #expect(report.outcome != .pass, "\(name) \(label)")
        Self.log(report)
      }
    }
  }

  /// Trained with FGSM at a radius that one linear step does not reach across.
  @Test(arguments: 0..<6)
  func overfittingToFGSMNeverPasses(seed: UInt64) throws {
    let data = try Self.data()
    let model = try ModelCatalog.model("cnn")
    let baseline = try Learnt(
      model, on: data.training, epochs: 2, seed: 100 + seed, device: Self.device)
    let overfitted = try Learnt(
      model, on: data.training, epochs: 6, seed: seed, adversarialRatio: seed < 3 ? 1 : 0.5,
      epsilon: 0.3, device: Self.device)
    let report = try Self.report(
      [baseline.subject("plain"), overfitted.subject("overfitted")],
      on: data.test.prefix(250), epsilons: [0.3])
    let entry = report.checkpoints[1].robust[0]
    // Under FGSM it does look robust.
    #expect(entry.stages[0].remaining.accuracy > entry.accuracy.accuracy + 0.4)
    #expect(report.outcome != .pass)
    Self.log(report)
  }

  @Test(arguments: [("mlp", 0.1, 5), ("cnn", 0.1, 5), ("cnn", 0.3, 2)])
  func soundCheckpointsAreNotRefused(name: String, epsilon: Double, seeds: UInt64) throws {
    let data = try Self.data()
    let training = data.training.prefix(2500)
    let model = try ModelCatalog.model(name)
    for seed in 0..<seeds {
      let plain = try Learnt(
        model, on: training, epochs: 5, seed: 100 + seed, device: Self.device)
      let hardened = try Learnt(
        model, on: training, epochs: 6, seed: seed, adversarialRatio: 0.5,
        attack: "pgd:steps=7,random-start=false", epsilon: epsilon, device: Self.device)
      let report = try Self.report(
        [plain.subject("plain"), hardened.subject("\(name) hardened at \(epsilon)")],
        on: data.test.prefix(300), epsilons: [0.05, 0.1, 0.3])
      Self.log(report)
      #expect(report.outcome != .invalid)
      let verdicts = try #require(report.gates[0].gate.comparison).robust
      #expect(verdicts.first { $0.epsilon == epsilon }?.verdict == .better)
    }
  }
}
