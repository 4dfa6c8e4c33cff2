internal import Foundation

/// Descriptions as JSON for machines: equal files give equal bytes. `Schema/inspection.schema.json`
/// says what is in it.
public struct InspectionJSON: Sendable, Encodable {
  public let schemaVersion: Int
  public let files: [CheckpointDescription]

  public init(_ files: [CheckpointDescription]) {
    schemaVersion = 1
    self.files = files
  }

  /// The JSON text, with a line break at its end.
  public var text: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    } catch {
      preconditionFailure("InspectionJSON: a description cannot be written as JSON: \(error)")
    }
  }
}
