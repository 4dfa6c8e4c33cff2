internal import Foundation
public import Testing

/// Compares a text with the golden file `Snapshots/<name>` beside the calling test. With
/// `RECORD_SNAPSHOTS=1` in the environment the file is written instead, to be read and committed.
public func expectSnapshot(
  _ text: String, named name: String, filePath: String = #filePath,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let file = URL(filePath: filePath).deletingLastPathComponent()
    .appending(components: "Snapshots", name)
  if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    return
  }
  let golden = String(decoding: try Data(contentsOf: file), as: UTF8.self)
  #expect(
    text == golden, "not as in Snapshots/\(name); run with RECORD_SNAPSHOTS=1 if this is meant",
    sourceLocation: sourceLocation)
}
