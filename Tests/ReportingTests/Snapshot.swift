import Foundation
import Testing

/// Compares `text` with the golden file of that name. With `RECORD_SNAPSHOTS=1` in the environment
/// the file is written instead, to be read and committed.
func expectSnapshot(
  _ text: String, named name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(components: "Snapshots", name)
  if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
    try Data(text.utf8).write(to: file)
    return
  }
  let golden = String(decoding: try Data(contentsOf: file), as: UTF8.self)
  #expect(
    text == golden, "the text differs from Snapshots/\(name)", sourceLocation: sourceLocation)
}
