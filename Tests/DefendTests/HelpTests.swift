internal import TestSupport
internal import Testing

@Suite(.timeLimit(.minutes(2))) struct HelpTests {
  @Test(arguments: [
    ("--help", "help"), ("train --help", "help-train"), ("eval --help", "help-eval"),
    ("verify --help", "help-verify"), ("attack --help", "help-attack"),
    ("bench --help", "help-bench"), ("inspect --help", "help-inspect"),
  ])
  func help(_ line: String, snapshot: String) async throws {
    let outcome = try await Sandbox().run(line)
    #expect(outcome.status == 0 && outcome.error.isEmpty)
    try expectSnapshot(outcome.output, named: snapshot + ".txt")
    #expect(outcome.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func waysToAsk() async throws {
    let sandbox = try Sandbox()
    let help = try await sandbox.run("help train").output
    #expect(try await sandbox.run("train --help").output == help)
    let overview = try await sandbox.run("").output
    #expect(try await sandbox.run("--help").output == overview)
  }

  @Test func version() async throws {
    let outcome = try await Sandbox().run("--version")
    #expect(outcome.status == 0)
    try expectSnapshot(outcome.output, named: "version.txt")
  }

  @Test func usageErrors() async throws {
    let lines = [
      "trian", "sunset", "train --epoch 3", "train --adv-ration=0.5", "eval --zzz", "train --eps",
      "train --epochs 0", "train --epochs many", "train --adv-ratio 1.5", "train --adv-ratio nan",
      "train --eps -0.1", "train --eps 1.5", "train --eps 8/0", "train --batch-size 0",
      "train --learning-rate -1", "train --learning-rate nan", "train --seed -1",
      "train --validation -1", "train --limit 0", "train --threads 0", "train --quiet=yes",
      "train extra", "train --init a --model cnn", "eval --eps 0.1,", "eval --eps 0.1,x",
      "eval --eps 0.1,0.1", "eval --attack fgms", "eval --threads 0", "eval a --transfer",
      "eval a b a", "eval a --require better", "eval a --max-clean-drop 1", "eval a --margin 2",
      "eval a b --require best", "eval a b --min-robust 80", "eval a b --min-robust 101%",
      "eval a b --max-clean-drop -1", "eval a b --alpha 0", "eval a b --inconclusive pass",
      "eval a b --inconclusive=maybe --min-robust 0.8", "eval --baseline a",
      "eval a --baseline b --candidate c", "eval --baseline a,b --candidate a",
      "eval --baseline a, --candidate b", "eval a b --json - --junit -",
      "eval a b --json x --markdown x", "eval a b --json x --outcomes x", "attack --index -1",
      "attack --eps 2",
      "attack --attack pdg", "train --attack fgms", "train --attack square",
      "train --attack pgd:steps=101",
      "train --attack pgd:restarts=2", "train --objective trade",
      "train --objective trades:ratio=1",
      "train --optimizer adm", "train --optimizer sgd:momentun=1", "train --schedule lineal",
      "train --schedule cosine:warmup=2", "train --on-collapse cry", "train --save-every 0",
      "train --moving-average 1", "train --label-smoothing 2", "train --shift -1", "inspect",
      "inspect a --jso b", "inspect a b --json b",
    ]
    var transcript = ""
    let sandbox = try Sandbox()
    for line in lines {
      let outcome = try await sandbox.run(line)
      transcript += "$ defend \(line)\n\(outcome.error)\n"
      #expect(outcome.status == 64 && outcome.output.isEmpty, "\(line)")
    }
    #expect(try sandbox.files().isEmpty)
    try expectSnapshot(transcript, named: "usage-errors.txt")
  }
}
