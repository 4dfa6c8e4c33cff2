internal import Autodiff
internal import Checkpoints
internal import Configurations
internal import TestSupport
internal import Testing

@Suite(.timeLimit(.minutes(2))) struct InspectTests {
  @Test func aCheckpoint() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    let outcome = try await sandbox.run("inspect hard.safetensors --json inspection.json")
    #expect(outcome.status == 0 && outcome.error.isEmpty)
    try expectSnapshot(outcome.output, named: "inspect.txt")
    let json = String(decoding: try sandbox.bytes("inspection.json"), as: UTF8.self)
    #expect(try await sandbox.run("inspect hard.safetensors --json -").output == json)
    let files = try JSONValue(parsing: Array(json.utf8), source: "json").object["files"]!.array
    let history = files[0].object["checkpoint"]!.object["history"]!.array
    #expect(files.count == 1 && history.count == 20)
  }

  @Test func severalFiles() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    let tensor = NamedTensor(name: "values", value: Tensor([1, 2, 3] as [UInt8], shape: [3]))
    try sandbox.directory.write(SafetensorsFile(tensors: [tensor]).encoded(), to: "other")
    let both = try await sandbox.run("inspect other tiny.safetensors")
    #expect(both.status == 0)
    let first = try await sandbox.run("inspect other").output
    let second = try await sandbox.run("inspect tiny.safetensors").output
    #expect(both.output == first + "\n\n" + second)
    #expect(first.contains("without metadata of defend") && first.contains("values"))
  }

  @Test(arguments: [
    Mistake("inspect nope", 66, "there is no file 'nope'; check the path"),
    Mistake("inspect tiny.safetensors nope", 66, "there is no file 'nope'; check the path"),
    Mistake("inspect tiny", 66, "'tiny' is a directory; name a file in it"),
    Mistake(
      "inspect tiny.safetensors tiny.json", 65,
      "'tiny.json': it is no safetensors file: its header would have 4189022123868430971 bytes, "
        + "and the format allows 100000000"),
    Mistake(
      "inspect tiny.safetensors --json no/where", 74,
      "cannot write 'no/where': there is no directory 'no'; create it first"),
  ])
  func mistakes(_ mistake: Mistake) async throws {
    try await mistake.expect(in: Sandbox.withTinyModel())
  }
}
