internal import Foundation
internal import TestSupport

/// A run of the built program, its streams in files: they can be read while it runs, and no pipe
/// fills up.
final class ProgramRun {
  private let process = Process()
  private let streams: TemporaryDirectory

  /// - Parameters:
  ///   - directory: the working directory.
  ///   - environment: what differs from a user's ordinary one.
  ///   - output: where standard output goes instead of being kept.
  init(
    _ arguments: [String], in directory: String, environment: [String: String] = [:],
    output: FileHandle? = nil
  ) throws {
    streams = try TemporaryDirectory()
    process.executableURL = try Self.program
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: directory)
    let inherited = ProcessInfo.processInfo.environment.filter {
      !$0.key.hasPrefix("DEFEND_") && $0.key != "GITHUB_ACTIONS"
    }
    process.environment = inherited.merging(["HOME": directory]) { $1 }
      .merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    let kept = try stream("output")
    process.standardOutput = output ?? kept
    process.standardError = try stream("error")
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  struct Outcome {
    /// As a shell shows it: 128 more than the signal that ended the program.
    let status: Int32
    let output: String
    let error: String
  }

  /// Waits for the end.
  func outcome() async throws -> Outcome {
    while process.isRunning { try await Task.sleep(for: .milliseconds(4)) }
    let isSignal = process.terminationReason == .uncaughtSignal
    return Outcome(
      status: process.terminationStatus + (isSignal ? 128 : 0), output: try text("output"),
      error: try text("error"))
  }

  /// Waits until standard output has some text.
  ///
  /// - Returns: false if the program ended without it.
  func waits(for wanted: String) async throws -> Bool {
    while true {
      let isRunning = process.isRunning
      if try text("output").contains(wanted) { return true }
      if !isRunning { return false }
      try await Task.sleep(for: .milliseconds(4))
    }
  }

  func send(_ signal: Int32) {
    // The number of one that has ended may be another's by now.
    if process.isRunning { kill(process.processIdentifier, signal) }
  }

  private func stream(_ name: String) throws -> FileHandle {
    try streams.write([], to: name)
    return try FileHandle(forWritingTo: streams.url(name))
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: streams.url(name)), as: UTF8.self)
  }
}

extension ProgramRun {
  struct NotBuilt: Error {}

  /// The executable: it is built beside the test bundle.
  private static var program: URL {
    get throws {
      let started =
        [CommandLine.arguments[0], Bundle.main.executablePath ?? ""]
        + Bundle.allBundles.map(\.bundlePath)
      let beside = started.map { URL(filePath: $0).deletingLastPathComponent() }
      let package = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../.build/debug")
      let candidates = (beside + [package]).map { $0.appending(path: "defend") }
      guard
        let found = candidates.first(where: {
          FileManager.default.isExecutableFile(atPath: $0.path)
        })
      else { throw NotBuilt() }
      return found
    }
  }
}
