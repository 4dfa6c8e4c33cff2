internal import Configurations
internal import TestSupport
internal import Testing

@Suite(.timeLimit(.minutes(2))) struct BenchTests {
  @Test func aProfileIsInTheTableAndInTheJSON() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    let line = "bench --model tiny.json --task clean --batch 2 --runs 1 --threads 1 --profile"
    let outcome = try await sandbox.run(line + " --json rows.json")
    #expect(outcome.status == 0 && outcome.error.isEmpty)
    #expect(outcome.output.contains("step") && outcome.output.contains("matrix product"))
    let results = try JSONValue(
      parsing: try sandbox.bytes("rows.json"), source: "rows.json"
    ).object
    let row = try #require(results["rows"]?.array.first?.object)
    let steps = try #require(results["profiles"]?.array.first?.array)
    #expect(results["rows"]?.array.count == 1 && results["profiles"]?.array.count == 1)
    let flops = steps.reduce(0) { $0 + ($1.object["flops"]?.double ?? .nan) }
    #expect(row["flopsPerExample"].map { 2 * $0.double } == flops && flops > 0)
  }

  @Test(arguments: [
    Mistake(
      "bench --json no/where", 74,
      "cannot write 'no/where': there is no directory 'no'; create it first"),
    Mistake(
      "bench --model mlp --batch 9 --limit 8", 64,
      "8 images of 'mnist-5k' do not fill a batch of 9; take smaller batches, more images or "
        + "--noise"),
    Mistake(
      "bench --model tiny.json --limit 20", 65,
      "the model 'tiny' takes images [6, 16, 1], but those of 'mnist-5k' are [28, 28, 1]"),
  ])
  func mistakes(_ mistake: Mistake) async throws {
    try await mistake.expect(in: Sandbox.withTinyModel())
  }

  @Test func noiseIsNoDataset() async throws {
    let outcome = try await Sandbox.withTinyModel().run("bench --noise --limit 9")
    let message = "Error: --noise is instead of a data set; leave out one of them\n"
    #expect(outcome.status == 64 && outcome.output.isEmpty && outcome.error.hasPrefix(message))
  }
}
