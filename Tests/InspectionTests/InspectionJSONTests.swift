import Configurations
import Foundation
import TestSupport
import Testing

@testable import Inspection

@Suite struct InspectionJSONTests {
  private let schema: JSONSchema

  init() throws {
    schema = try JSONSchema(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Sources/Inspection/Schema/inspection.schema.json"))
  }

  @Test func theTextIsTheRecordedOne() throws {
    let text = try InspectionJSON(InspectionTextTests.names.map(InspectionTextTests.description))
      .text
    try expectSnapshot(text, named: "inspection.json")
    let document = try JSONValue(parsing: Array(text.utf8), source: "inspection")
    #expect(try schema.violations(of: document) == [])
    // The history is as it was written.
    let history = document.object["files"]!.array[0].object["checkpoint"]!.object["history"]
    #expect(try history == JSONValue(parsing: Array(Files.history.utf8), source: "history"))
  }

  @Test(arguments: ["path", "digest", "byteCount", "otherMetadata", "tensors"])
  func missingKeysAreFound(key: String) throws {
    let text = try InspectionJSON([InspectionTextTests.description("foreign")]).text
    var document = try JSONValue(parsing: Array(text.utf8), source: "inspection").object
    var file = document["files"]!.array[0].object
    file[key] = nil
    document["files"] = .array([.object(file)])
    #expect(try schema.violations(of: .object(document)) == ["/files/0: '\(key)' is missing"])
  }
}
