import BundledFiles
import Foundation
import Testing

@Suite struct BundledFilesTests {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  @Test(arguments: [
    ("configs/models", BundledConfiguration.modelNames, BundledConfiguration.model(named:)),
    ("configs/recipes", BundledConfiguration.recipeNames, BundledConfiguration.recipe(named:)),
  ])
  func everyConfigurationIsBundledByteForByte(
    folder: String, names: [String], contents: @Sendable (String) -> [UInt8]?
  ) throws {
    let url = Self.root.appending(path: folder)
    let files = try FileManager.default.contentsOfDirectory(atPath: url.path)
    #expect(!names.isEmpty)
    #expect(files.sorted() == names.map { $0 + ".json" }.sorted())
    for name in names {
      let original = try Data(contentsOf: url.appending(path: name + ".json"))
      #expect(contents(name) == Array(original), "\(folder)/\(name).json")
    }
  }

  @Test func theOtherFilesAreBundledByteForByte() throws {
    let paths = BundledFile.paths.filter { !$0.hasPrefix("configs/") }
    #expect(!paths.isEmpty)
    for path in paths {
      let original = try Data(
        contentsOf: Self.root.appending(path: "Sources/BundledData").appending(path: path))
      #expect(BundledFile.bytes(at: path) == Array(original), "\(path)")
    }
  }

  @Test(arguments: ["", "nothing", "../recipes/default", "mlp.json"])
  func unknownNamesHaveNoContents(name: String) {
    #expect(BundledConfiguration.model(named: name) == nil)
    #expect(BundledFile.bytes(at: name) == nil)
  }
}
