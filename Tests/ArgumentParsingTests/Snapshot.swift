internal import Foundation
internal import Testing

/// Compares a text with the golden file `Snapshots/<name>.txt`, or writes the file when the
/// environment holds `RECORD_SNAPSHOTS=1`.
func expectSnapshot(
  _ text: String, named name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(components: "Snapshots", "\(name).txt")
  let text = text + "\n"
  if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
    try text.write(to: file, atomically: true, encoding: .utf8)
  } else {
    let golden = try String(contentsOf: file, encoding: .utf8)
    #expect(
      text == golden, "Run with RECORD_SNAPSHOTS=1 if the change is meant",
      sourceLocation: sourceLocation)
  }
}
