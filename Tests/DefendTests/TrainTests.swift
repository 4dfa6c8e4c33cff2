internal import Checkpoints
internal import Foundation
internal import Kernels
internal import TestSupport
internal import Testing

@Suite(.timeLimit(.minutes(2))) struct TrainTests {
  @Test func theMainJob() async throws {
    let sandbox = try Sandbox()
    let options = "--limit 300 --epochs 1"
    let hardened = try await sandbox.run("train --adv-ratio 0.5 \(options)")
    #expect(hardened.status == 0 && hardened.error.isEmpty)
    #expect(hardened.output.hasSuffix("wrote checkpoints/hardened.safetensors (epoch 1)\n"))
    let plain = try await sandbox.run("train --adv-ratio 0 \(options) --threads 1")
    #expect(plain.output.hasSuffix("wrote checkpoints/baseline.safetensors (epoch 1)\n"))
    let names = try sandbox.files().keys.sorted()
    let paths = ["checkpoints/baseline.safetensors", "checkpoints/hardened.safetensors"]
    let last = paths.map { $0.replacing(".safetensors", with: ".last.safetensors") }
    #expect(names == (["checkpoints"] + paths + last).sorted())

    let comparison = try await sandbox.run("eval --eps 0.1 --attack fgsm --report-only")
    #expect(comparison.status == 0 && comparison.error.isEmpty)
    #expect(comparison.output.hasPrefix("mnist-5k, 1000 test images"))
    for path in paths { #expect(comparison.output.contains(path)) }
    #expect(comparison.output.contains("a single-step attack alone is no evidence of robustness"))
    let image = try await sandbox.run("attack --index 26 --eps 0.08")
    #expect(image.status == 0)
    #expect(image.output.hasPrefix("checkpoints/baseline.safetensors, test image 26 of mnist-5k"))
  }

  @Test func everyMachineGivesTheSameBytes() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    let line =
      "train --data-dir tiny --model tiny.json --epochs 3 --batch-size 7 --quiet --output "
    let first = try await sandbox.run(line + "0.safetensors --threads 1")
    #expect(first.status == 0 && first.output.isEmpty && first.error.isEmpty)
    let bytes = try sandbox.bytes("0.safetensors")
    var runs: [(String, [String: String])] = [
      ("--threads 1", [:]), ("--threads 2", [:]), ("--threads 5", [:]),
    ]
    for set in InstructionSet.allCases where set.isSupported {
      runs.append(("--threads 2", ["DEFEND_ISA": set.rawValue]))
    }
    for (options, environment) in runs {
      _ = try await sandbox.run(line + "1.safetensors " + options, environment: environment)
      #expect(try sandbox.bytes("1.safetensors") == bytes, "\(options) \(environment)")
    }
    _ = try await sandbox.run(line + "2.safetensors --seed 1")
    #expect(try sandbox.bytes("2.safetensors") != bytes)
  }

  /// The convolution's kernels as well, over more than one piece of work.
  @Test func everyMachineGivesTheSameConvolution() async throws {
    let sandbox = try Sandbox()
    var results: Set<[UInt8]> = []
    for set in InstructionSet.allCases where set.isSupported {
      let outcome = try await sandbox.run(
        "train --limit 70 --epochs 1 --quiet --threads \(results.count + 1)",
        environment: ["DEFEND_ISA": set.rawValue])
      #expect(outcome.status == 0)
      results.insert(try sandbox.bytes("checkpoints/hardened.safetensors"))
    }
    #expect(results.count == 1)
  }

  @Test func aConfigurationFile() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    try sandbox.write(
      """
      {"model": "tiny.json", "dataset": "tiny", "epochs": 2, "batchSize": 10, "seed": 3,
       "optimizer": {"type": "sgd", "learningRate": 0.1, "momentum": 0.5},
       "adversarial": {"ratio": 1, "epsilon": 0.05}, "validation": 6,
       "earlyStopping": {"patience": 2}, "limit": 50}
      """, to: "recipe.json")
    let environment = ["DEFEND_DATA": sandbox.directory.path]
    let outcome = try await sandbox.run(
      "train --config recipe.json --eps 0.02", environment: environment)
    #expect(outcome.status == 0 && outcome.error.isEmpty)
    #expect(
      outcome.output.hasPrefix(
        """
        tiny (803 parameters) on tiny, mixed, ratio 1, fgsm at ε 0.02, seed 3
        training on 44 images, 6 for validation, 5 steps an epoch
        epoch 1/2  loss 
        """))
    #expect(outcome.output.hasSuffix("wrote checkpoints/hardened.safetensors (epoch 2)\n"))
    let checkpoint = try Checkpoint(
      decoding: sandbox.bytes("checkpoints/hardened.safetensors"))
    #expect(checkpoint.metadata.seed == 3)
    #expect(checkpoint.metadata.datasetName == "tiny")
    #expect(checkpoint.metadata.training.contains(#""epsilon":0.02"#))
    #expect(!checkpoint.metadata.training.contains(sandbox.directory.path))
  }

  @Test func bundledRecipes() async throws {
    let sandbox = try Sandbox()
    for name in ["cnn", "mlp", "default"] {
      let outcome = try await sandbox.run(
        "train --config \(name) --dataset mnist-5k --limit 40 --epochs 1 --output \(name)")
      #expect(outcome.status == 0 && outcome.output.hasSuffix("wrote \(name) (epoch 1)\n"))
    }
  }

  @Test func hardeningACheckpoint() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    let outcome = try await sandbox.run(
      "train --init tiny.safetensors --data-dir tiny --epochs 1 --batch-size 10 --output new")
    #expect(outcome.status == 0)
    #expect(
      outcome.output.hasPrefix("tiny (803 parameters) on tiny, mixed, ratio 0.5, fgsm at ε 0.1"))
    let old = try Checkpoint(decoding: sandbox.bytes("tiny.safetensors"))
    let new = try Checkpoint(decoding: sandbox.bytes("new"))
    #expect(new.metadata.model == old.metadata.model)
    #expect(new.parameters != old.parameters)
    #expect(new.metadata.training.contains("initialDigest"))
    // Not the model of the default recipe.
    #expect(!new.metadata.training.contains("\"model\":\"cnn\""))
    let evaluation = try await sandbox.run("eval tiny.safetensors new --data-dir tiny")
    #expect(evaluation.status == 0)
  }

  /// The loss grows beyond all numbers a few epochs of one step each after the start.
  @Test func aLossThatIsNoLongerFinite() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    try sandbox.write(
      """
      {"name": "linear", "input": [6, 16, 1], "layers": [
        {"type": "flatten"}, {"type": "dense", "units": 8}, {"type": "dense", "units": 3}]}
      """, to: "linear.json")
    try sandbox.write(
      """
      {"dataset": "tiny", "model": "linear.json", "adversarial": {"ratio": 1, "epsilon": 1},
       "optimizer": {"type": "sgd", "learningRate": 100}}
      """, to: "wild.json")
    let line = "train --config wild.json --data-dir tiny --epochs 200 --validation 0 --quiet"
    let epochs = try await sandbox.run(line + " --batch-size 60 --output late")
    #expect(epochs.status == 65)
    let pattern = try Regex(
      "Error: the loss is no longer finite \\(epoch ([0-9]+), step 1\\); a smaller "
        + "--learning-rate may help; late holds the best epoch so far \\(([0-9]+)\\)\n")
    let match = try #require(try pattern.wholeMatch(in: epochs.error), "\(epochs.error)")
    let failed = try #require(match.output[1].substring.flatMap { Int($0) })
    #expect(match.output[2].substring == "\(failed - 1)")
    let kept = try Checkpoint(decoding: sandbox.bytes("late"))
    #expect(kept.metadata.training.contains("\"epoch\":\(failed - 1)"))

    try sandbox.write("old", to: "early")
    let steps = try await sandbox.run(line + " --batch-size 1 --output early")
    #expect(steps.status == 65)
    #expect(steps.error.hasPrefix("Error: the loss is no longer finite (epoch 1, step "))
    #expect(steps.error.hasSuffix("); a smaller --learning-rate may help\n"))
    #expect(try sandbox.bytes("early") == Array("old".utf8))
  }
}
