internal import TestSupport
internal import Testing

@Suite(.timeLimit(.minutes(2))) struct AttackTests {
  @Test(arguments: [("--eps 0.3", "attack"), ("--eps 0.3 --target 2", "attack-target")])
  func output(_ options: String, snapshot: String) async throws {
    let sandbox = try await Sandbox.withTinyModel()
    let outcome = try await sandbox.run(
      "attack --checkpoint tiny.safetensors --data-dir tiny --index 3 " + options)
    #expect(outcome.status == 0 && outcome.error.isEmpty)
    try expectSnapshot(outcome.output, named: snapshot + ".txt")
  }

  @Test func pictures() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    let before = try sandbox.files()
    let outcome = try await sandbox.run(
      "attack --checkpoint tiny.safetensors --data-dir tiny --eps 0.3 --save some/pictures")
    #expect(outcome.status == 0)
    let names = ["image", "perturbation", "adversarial"].map { "some/pictures/\($0).png" }
    #expect(outcome.output.hasSuffix("wrote \(names.joined(separator: ", "))\n"))
    #expect(try sandbox.files().count == before.count + 5)
    for name in names {
      let bytes = try sandbox.bytes(name)
      #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
      // Width and height of 16 and 6 pixels, eight times enlarged, follow the header's length and name.
      #expect(bytes[12..<24] == [0x49, 0x48, 0x44, 0x52, 0, 0, 0, 128, 0, 0, 0, 48])
      #expect(bytes.suffix(8) == [0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82])
    }
    #expect(try sandbox.bytes(names[0]) != sandbox.bytes(names[2]))
  }
}
