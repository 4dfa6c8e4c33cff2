internal import Checkpoints
internal import Configurations
internal import TestSupport
internal import Testing

/// The options of `train` that change its recipe, as the checkpoint has it in the end.
@Suite(.timeLimit(.minutes(2))) struct TrainOptionTests {
  static let train = "train --data-dir tiny --model tiny.json --epochs 1 --batch-size 10 --quiet"

  /// Options, a path of keys in the recipe, and the value there.
  static let options = [
    ("--adv-ratio 0.25", "adversarial.ratio", "0.25"),
    ("--eps 8/255", "adversarial.epsilon", "0.03137254901960784"),
    ("--attack pgd:steps=2", "adversarial.attack.steps", "2"),
    ("--objective trades:beta=3", "adversarial.beta", "3"),
    ("--objective grad-align --adv-ratio 0.75", "adversarial.ratio", "0.75"),
    ("--on-collapse warn", "guard.onCollapse", #""warn""#),
    ("--model other.json", "model", #""other.json""#),
    ("--epochs 2", "epochs", "2"), ("--batch-size 7", "batchSize", "7"),
    ("--optimizer sgd:momentum=0.5,nesterov=true", "optimizer.nesterov", "true"),
    ("--learning-rate 0.005", "optimizer.learningRate", "0.005"),
    ("--optimizer sgd --learning-rate 0.25", "optimizer.learningRate", "0.25"),
    ("--schedule cosine:warmup=0.05", "schedule.warmup", "0.05"),
    ("--label-smoothing 0.1", "labelSmoothing", "0.1"),
    ("--shift 1", "augmentation.shift", "1"),
    ("--moving-average 0.9", "movingAverage", "0.9"),
    ("--seed 11", "seed", "11"), ("--validation 9", "validation", "9"),
    ("--limit 40", "limit", "40"),
  ]

  @Test func everyOptionCounts() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    try sandbox.write(
      TinyData.specification.replacing(#""units": 8"#, with: #""units": 9"#), to: "other.json")
    let names = Self.options.indices.map { "changed\($0)" }
    for (name, option) in [("plain", "")] + zip(names, Self.options.map { " " + $0.0 }) {
      let outcome = try await sandbox.run("\(Self.train)\(option) --output \(name)")
      #expect(outcome.status == 0, "\(option): \(outcome.error)")
    }
    let json = try await sandbox.run("inspect \(names.joined(separator: " ")) --json -").output
    let files = try JSONValue(parsing: Array(json.utf8), source: "json").object["files"]!.array
    let plain = try Checkpoint(decoding: sandbox.bytes("plain")).parameters
    for (index, (option, path, expected)) in Self.options.enumerated() {
      var value = files[index].object["checkpoint"]!.object["training"]!.object["recipe"]!
      for key in path.split(separator: ".") { value = value.object[String(key)] ?? .null }
      #expect(value.text == expected, "\(option)")
      let changed = try Checkpoint(decoding: sandbox.bytes(names[index])).parameters
      let isSame = ["--on-collapse", "--moving-average"].contains { option.hasPrefix($0) }
      #expect((changed == plain) == isSame, "\(option)")
    }
  }

  @Test(arguments: [
    Mistake(
      "train --objective trades --adv-ratio 0.5", 64,
      "--adv-ratio has no meaning for the objective trades"),
    Mistake(
      "train --objective free --attack pgd", 64,
      "--objective, --attack: free moves its own perturbation; leave out attack"),
    Mistake(
      "train --adv-ratio 0 --attack pgd", 64,
      "--attack has no meaning in plain training; give --adv-ratio more than 0"),
    Mistake(
      "train --adv-ratio 0.5 --validation 0 --on-collapse stop", 64,
      "--on-collapse has no meaning with --validation 0: nothing guards the run"),
    Mistake(
      "train --init tiny.safetensors --data-dir tiny --batch-size 1000", 64,
      "a batch of 1000 is more than the 54 training examples; use a smaller --batch-size"),
    Mistake(
      "train --init tiny.safetensors --data-dir tiny --validation 60", 64,
      "a validation part of 60 leaves nothing of 60 training examples; use a smaller --validation"
    ),
  ])
  func optionsThatDoNotFit(_ mistake: Mistake) async throws {
    try await mistake.expect(in: Sandbox.withTinyModel())
  }

  static let collapsing =
    "train --data-dir tiny --model tiny.json --batch-size 4 --adv-ratio 1 --eps 0.3 --attack pgd:steps=1,relative-step=0.01 "
    + "--learning-rate 0.03 --validation 20 --seed 2 --output new.safetensors --log log.jsonl "
    + "--epochs 12"

  /// A collapse ends the run with the status of a verdict, the files of a run that ended, and one
  /// line.
  @Test func stoppingOnCollapse() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    let outcome = try await sandbox.run(Self.collapsing + " --on-collapse stop")
    #expect(outcome.status == 1)
    let isDelivered = try sandbox.files()["new.safetensors"] != nil
    let pattern = try Regex(
      isDelivered
        ? "Error: the training collapsed in epoch [0-9]+: the run ends here, as its recipe says; "
          + "new.safetensors holds the best epoch \\([0-9]+\\)\n"
        : "Error: the training collapsed in epoch 1, before there was anything to deliver: the run "
          + "ends here, as its recipe says\n")
    #expect(outcome.error.wholeMatch(of: pattern) != nil, "\(outcome.error)")
    #expect(outcome.output.contains("  collapse: "))
    let log = String(decoding: try sandbox.bytes("log.jsonl"), as: UTF8.self)
    #expect(log.split(separator: "\n").last?.contains(#""kind":"end""#) == true)
  }

  @Test func warningOnCollapse() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    let outcome = try await sandbox.run(
      Self.collapsing + " --on-collapse warn --moving-average 0.9")
    #expect(outcome.status == 0 && outcome.output.contains("  collapse: "))
    // The log is the history of each of the files.
    let log = String(decoding: try sandbox.bytes("log.jsonl"), as: UTF8.self)
      .split(separator: "\n").map(String.init)
    #expect(log.count == 12)
    for (file, epoch) in [("new", nil), ("new.last", 12), ("new.average", 12)] as [(String, Int?)] {
      let json = try await sandbox.run("inspect \(file).safetensors --json -").output
      let checkpoint = try JSONValue(parsing: Array(json.utf8), source: "json")
        .object["files"]!.array[0].object["checkpoint"]!
      let history = checkpoint.object["history"]!.array
      #expect(history.count == 12, "\(file)")
      if let epoch {
        let text = try Checkpoint(decoding: sandbox.bytes("\(file).safetensors")).metadata.training
        #expect(text.contains("\"epoch\":\(epoch),"), "\(file)")
      }
    }
    for (number, line) in log.enumerated() {
      let record = try JSONValue(parsing: Array(line.utf8), source: "log").object
      #expect(record["epoch"]?.text == "\(number + 1)")
      for key in ["steps", "trainingLoss", "alignment", "validation"] {
        #expect(record[key] != nil, "\(key)")
      }
    }
    let weights = try ["new.last", "new.average"].map {
      try Checkpoint(decoding: sandbox.bytes($0 + ".safetensors")).parameters
    }
    #expect(weights[0] != weights[1])
    #expect(try sandbox.files().keys.allSatisfy { !$0.contains(".run") })
  }
}
