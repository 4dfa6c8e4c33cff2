public import Checkpoints
public import Configurations
public import Networks

/// Why a model, a recipe or a trained model cannot be had.
public enum LoadingError: Error, CustomStringConvertible {
  /// Neither a bundled name nor a file.
  case notFound(kind: String, name: String, nearest: String?, known: [String])
  /// A file that is there, but cannot be read.
  case file(FileError)
  case configuration(ConfigurationError)
  case model(source: String, ModelError)
  case checkpoint(CheckpointError)
  /// A checkpoint whose metadata is not what this program writes.
  case record(path: String, ConfigurationError)

  public var description: String {
    switch self {
    case .notFound(let kind, let name, let nearest, let known):
      "there is no \(kind) '\(name)'" + (nearest.map { "; did you mean '\($0)'?" } ?? ".")
        + " Bundled: \(known.joined(separator: ", ")); others are JSON files, given by their path"
    case .file(let error): error.description
    case .configuration(let error): error.description
    case .model(let source, let error): "\(source): \(error)"
    case .checkpoint(let error): error.description
    case .record(let path, let error): "'\(path)': its metadata is damaged: \(error)"
    }
  }

  static func configuring<T>(
    _ body: () throws(ConfigurationError) -> T
  ) throws(LoadingError) -> T {
    do throws(ConfigurationError) {
      return try body()
    } catch {
      throw .configuration(error)
    }
  }
}
