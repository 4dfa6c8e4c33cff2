internal import Foundation
internal import TestSupport

/// A directory of its own to run the program in.
final class Sandbox {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  /// Runs the program to its end. The words of `line` are parted by single spaces.
  func run(
    _ line: String, environment: [String: String] = [:]
  ) async throws -> ProgramRun.Outcome {
    try await start(line, environment: environment).outcome()
  }

  func start(_ line: String, environment: [String: String] = [:]) throws -> ProgramRun {
    try ProgramRun(
      line.split(separator: " ").map(String.init), in: directory.path, environment: environment)
  }

  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: directory.url(name)))
  }

  func write(_ text: String, to name: String) throws {
    try directory.write(Array(text.utf8), to: name)
  }

  func copy(_ names: [String], from other: Sandbox) throws {
    for name in names { try directory.write(other.bytes(name), to: name) }
  }

  /// Every file in it, by its path.
  func files() throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: directory.path) {
      var isDirectory: ObjCBool = false
      _ = FileManager.default.fileExists(
        atPath: directory.url(name).path, isDirectory: &isDirectory)
      files[name] = isDirectory.boolValue ? [] : try bytes(name)
    }
    return files
  }
}
