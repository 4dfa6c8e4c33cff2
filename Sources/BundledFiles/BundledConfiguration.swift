/// The configuration files inside the executable: the JSON text of each, not yet decoded.
package enum BundledConfiguration {
  /// The names of the models in `configs/models`.
  package static var modelNames: [String] { names(in: modelFolder) }

  /// The names of the recipes in `configs/recipes`.
  package static var recipeNames: [String] { names(in: recipeFolder) }

  package static func model(named name: String) -> [UInt8]? {
    BundledFile.bytes(at: modelFolder + name + suffix)
  }

  package static func recipe(named name: String) -> [UInt8]? {
    BundledFile.bytes(at: recipeFolder + name + suffix)
  }

  private static let modelFolder = "configs/models/"
  private static let recipeFolder = "configs/recipes/"
  private static let suffix = ".json"

  private static func names(in folder: String) -> [String] {
    BundledFile.paths
      .filter { $0.hasPrefix(folder) && $0.hasSuffix(suffix) }
      .map { String($0.dropFirst(folder.count).dropLast(suffix.count)) }
  }
}
