import Foundation
import Testing

@testable import Datasets

@Suite struct DatasetLineageTests {
  static func lineage(_ text: String) throws -> DatasetLineage {
    try #require(DatasetLineage(text))
  }

  @Test(arguments: [
    ("mnist", "mnist", true),
    ("mnist", "kmnist", false),
    ("mnist", "mnist/split:train", true),
    ("mnist/split:train", "mnist/split:test", false),
    ("kmnist/split:train", "mnist/split:train", false),
    ("mnist/split:train", "mnist/split:train/5k:test", true),
    ("mnist/split:test", "mnist/split:train/5k:test", false),
    ("mnist/split:train/5k:train", "mnist/split:train/5k:test", false),
    // Parts of different divisions may meet.
    ("mnist/split:train/first-9:kept", "mnist/split:train/5k:test", true),
    ("mnist/split:train/first-9:kept", "mnist/split:train/first-8:kept", true),
  ])
  func overlapFollowsTheSteps(first: String, second: String, overlap: Bool) throws {
    let (first, second) = (try Self.lineage(first), try Self.lineage(second))
    #expect(first.overlaps(with: second) == overlap)
    #expect(second.overlaps(with: first) == overlap)
  }

  @Test func itIsWrittenAsOneString() throws {
    let lineage = DatasetLineage(collection: "mnist").part("train", of: "split")
      .part("test", of: "5k")
    #expect(lineage.description == "mnist/split:train/5k:test")
    let json = try JSONEncoder().encode([lineage])
    #expect(try JSONDecoder().decode([DatasetLineage].self, from: json) == [lineage])
  }

  @Test(arguments: ["", "/", "mnist/", "mnist/split", "mnist/a:b:c", "mnist/a:", "m nist", "../x"])
  func aDamagedStringIsRefused(text: String) throws {
    #expect(DatasetLineage(text) == nil)
    let json = try JSONEncoder().encode([text])
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([DatasetLineage].self, from: json)
    }
  }

  @Test func theSameBytesOverlapUnderAnyName() {
    func identity(_ name: String, digest: String) -> DatasetIdentity {
      DatasetIdentity(
        name: name, part: .test, count: 1, digest: digest,
        lineage: DatasetLineage(collection: name))
    }
    #expect(identity("a", digest: "1").overlaps(with: identity("b", digest: "1")))
    #expect(identity("a", digest: "1").overlaps(with: identity("a", digest: "2")))
    #expect(!identity("a", digest: "1").overlaps(with: identity("b", digest: "2")))
  }
}
