internal import BundledFiles
internal import Checkpoints
public import Configurations
public import Networks
internal import Suggestions

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

  /// A bundled model, or one of a file, with its layers checked.
  public static func model(_ nameOrPath: String) throws(LoadingError) -> Model {
    let specification = try specification(nameOrPath)
    do throws(ModelError) {
      return try Model(specification)
    } catch {
      throw .model(source: nameOrPath, error)
    }
  }

  /// The keys of a bundled recipe, or of a file.
  public static func recipe(_ nameOrPath: String) throws(LoadingError) -> ConfigurationObject {
    try object(nameOrPath, kind: "recipe", names: recipeNames) {
      BundledConfiguration.recipe(named: $0)
    }
  }

  /// In bytes.
  private static let sizeLimit = 10_000_000

  /// A bundled name wins over a file; `./name` is always a file.
  private static func object(
    _ nameOrPath: String, kind: String, names: [String], bundled: (String) -> [UInt8]?
  ) throws(LoadingError) -> ConfigurationObject {
    let bytes: [UInt8]
    if let found = bundled(nameOrPath) {
      bytes = found
    } else {
      do throws(FileError) {
        bytes = try AtomicFile.read(nameOrPath, limit: sizeLimit)
      } catch .missing {
        throw .notFound(
          kind: kind, name: nameOrPath,
          nearest: Suggestion.closest(to: nameOrPath, among: names), known: names)
      } catch {
        throw .file(error)
      }
    }
    return try LoadingError.configuring { () throws(ConfigurationError) in
      try ConfigurationObject(JSONValue(parsing: bytes, source: nameOrPath), place: nameOrPath)
    }
  }
}
