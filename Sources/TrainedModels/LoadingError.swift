public import Checkpoints
public import Configurations
public import Networks

/// Why a model, a recipe or a trained model cannot be had.
public enum LoadingError: Error, CustomStringConvertible {
  case notFound(kind: String, name: String, known: [String])
  case configuration(ConfigurationError)
  case model(source: String, ModelError)
  case checkpoint(CheckpointError)
  /// A checkpoint whose metadata is not what this program writes.
  case record(path: String, ConfigurationError)

  public var description: String {
    switch self {
    case .notFound(let kind, let name, let known):
      "there is no \(kind) '\(name)': no such file, and the bundled ones are "
        + known.joined(separator: ", ")
    case .configuration(let error): error.description
    case .model(let source, let error): "\(source): \(error)"
    case .checkpoint(let error): error.description
    case .record(let path, let error): "\(path): its metadata is damaged: \(error)"
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
