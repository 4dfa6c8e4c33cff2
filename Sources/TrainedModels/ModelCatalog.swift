internal import BundledFiles
public import Configurations
internal import Foundation
public import Networks

/// The models and recipes that can be named: the bundled ones, and files.
public enum ModelCatalog {
  public static var names: [String] { BundledConfiguration.modelNames }
  public static var recipeNames: [String] { BundledConfiguration.recipeNames }

  /// The specification of a bundled model, or of a file.
  public static func specification(
    _ nameOrPath: String
  ) throws(LoadingError) -> ModelSpecification {
    let object = try object(nameOrPath, kind: "model", names: names) {
      BundledConfiguration.model(named: $0)
    }
    return try LoadingError.configuring { () throws(ConfigurationError) in
      try ModelSpecification(object)
    }
  }

  /// The keys of a bundled recipe, or of a file.
  public static func recipe(_ nameOrPath: String) throws(LoadingError) -> ConfigurationObject {
    try object(nameOrPath, kind: "recipe", names: recipeNames) {
      BundledConfiguration.recipe(named: $0)
    }
  }

  /// A bundled name wins over a file; a path has a slash or an extension.
  private static func object(
    _ nameOrPath: String, kind: String, names: [String], bundled: (String) -> [UInt8]?
  ) throws(LoadingError) -> ConfigurationObject {
    let bytes: [UInt8]
    if let found = bundled(nameOrPath) {
      bytes = found
    } else if let data = FileManager.default.contents(atPath: nameOrPath) {
      guard data.count <= 10_000_000 else {
        throw .configuration(.syntax(nameOrPath, "it is larger than any \(kind) (10 MB)"))
      }
      bytes = [UInt8](data)
    } else {
      throw .notFound(kind: kind, name: nameOrPath, known: names)
    }
    return try LoadingError.configuring { () throws(ConfigurationError) in
      try ConfigurationObject(JSONValue(parsing: bytes, source: nameOrPath), place: nameOrPath)
    }
  }
}
