internal import Foundation
internal import TestSupport
internal import Testing

/// Found out before any work: a training of these lines would take far longer than the test may.
@Suite(.timeLimit(.minutes(2))) struct BadOutputTests {
  private static let train = "train --data-dir tiny --model tiny.json --epochs 1000000 --output "
  private static let evaluate = "eval tiny.safetensors --data-dir tiny --json "

  @Test(arguments: [train, evaluate])
  func paths(_ line: String) async throws {
    let sandbox = try await Sandbox.withTinyModel()
    for (path, reason) in [
      ("nowhere/file", "there is no directory 'nowhere'; create it first"),
      ("tiny", "it is a directory; name a file in it"),
      ("new/", "the path ends in '/'; name a file"),
      ("tiny.json/file", "'tiny.json' is not a directory; choose another path"),
      ("/dev/null", "it is not a regular file; choose another path"),
    ] {
      try await Mistake(line + path, 74, "cannot write '\(path)': \(reason)").expect(in: sandbox)
    }
  }

  @Test(
    .disabled(if: getuid() == 0, "everything is permitted to root"), arguments: [train, evaluate])
  func permissions(_ line: String) async throws {
    let sandbox = try await Sandbox.withTinyModel()
    try sandbox.write("old", to: "closed/old")
    let files = FileManager.default
    try files.setAttributes(
      [.posixPermissions: 0o555], ofItemAtPath: sandbox.directory.url("closed").path)
    try files.setAttributes(
      [.posixPermissions: 0o444], ofItemAtPath: sandbox.directory.url("tiny.json").path)
    for path in ["closed/old", "closed/new", "tiny.json"] {
      try await Mistake(
        line + path, 74,
        "cannot write '\(path)': Permission denied; change the permissions or choose another path"
      ).expect(in: sandbox)
    }
    try files.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: sandbox.directory.url("closed").path)
  }

  /// The default directory is made, but not in the place of a file.
  @Test func theDefaultDirectory() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    try sandbox.write("old", to: "checkpoints")
    try await Mistake(
      "train --data-dir tiny --model tiny.json", 74,
      "cannot write 'checkpoints/hardened.safetensors': 'checkpoints' is not a directory; choose "
        + "another path"
    ).expect(in: sandbox)
  }

  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")),
    arguments: [
      "eval tiny.safetensors --data-dir tiny", "eval tiny.safetensors --data-dir tiny --json -",
      "train --data-dir tiny --model tiny.json --epochs 1 --batch-size 10", "--help",
    ])
  func aFullDisk(_ line: String) async throws {
    let sandbox = try await Sandbox.withTinyModel()
    let outcome = try await ProgramRun(
      line.split(separator: " ").map(String.init), in: sandbox.directory.path,
      output: FileHandle(forWritingTo: URL(filePath: "/dev/full"))
    ).outcome()
    #expect(outcome.status == 74)
    #expect(outcome.error == "Error: cannot write to standard output\n")
  }

  @Test func pictures() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    let outcome = try await sandbox.run(
      "attack --checkpoint tiny.safetensors --data-dir tiny --save tiny.json")
    #expect(outcome.status == 74)
    #expect(outcome.error == "Error: cannot make the directory 'tiny.json'\n")
  }
}
