import BundledFiles
import Configurations
import Foundation
import Networks
import Testing
import TrainedModels

@Suite struct ModelCatalogTests {
  @Test func bundledNamesAreFound() throws {
    #expect(ModelCatalog.names == BundledConfiguration.modelNames && !ModelCatalog.names.isEmpty)
    for name in ModelCatalog.names {
      #expect(try ModelCatalog.specification(name).name == name)
    }
    for name in ModelCatalog.recipeNames {
      #expect(try ModelCatalog.recipe(name).place == name)
    }
  }

  @Test func filesAreRead() throws {
    let path = NSTemporaryDirectory() + "catalog-\(UUID().uuidString).json"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let bytes = try #require(BundledConfiguration.model(named: "mlp"))
    try Data(bytes).write(to: URL(filePath: path))
    #expect(try ModelCatalog.specification(path) == ModelCatalog.specification("mlp"))

    try Data([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D]).write(to: URL(filePath: path))
    let error = try #require(throws: LoadingError.self) { try ModelCatalog.recipe(path) }
    #expect(error.description == "\(path): line 1, column 3: valid UTF-8 is expected")
  }

  @Test func whatIsNotThereIsNamed() throws {
    let error = try #require(throws: LoadingError.self) { try ModelCatalog.specification("resnet") }
    #expect(
      error.description
        == "there is no model 'resnet'. Bundled: cnn, mlp, strided-cnn; others are JSON files, "
        + "given by their path"
    )
  }
}
