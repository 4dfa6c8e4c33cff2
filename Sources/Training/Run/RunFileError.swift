public import Checkpoints
public import Configurations
internal import Suggestions

/// Why an interrupted run cannot be continued.
public enum RunFileError: Error, Hashable, CustomStringConvertible {
  case checkpoint(CheckpointError)
  /// A safetensors file of something else.
  case noRun(path: String)
  case version(path: String, found: String)
  case damaged(path: String, ConfigurationError)
  /// The run was started with something else.
  case mismatch(path: String, String)

  public var description: String {
    switch self {
    case .checkpoint(let error): error.description
    case .noRun(let path):
      "\(path.quoted) is no interrupted run; move it away, or leave out --resume"
    case .version(let path, let found):
      "\(path.quoted): version \(found.quoted) of a run; continue it with the program that began it"
    case .damaged(let path, let error):
      "\(path.quoted): the run in it is damaged (\(error)); leave out --resume to begin anew"
    case .mismatch(let path, let what):
      "\(path.quoted): the run in it \(what); give the same again, or leave out --resume to begin "
        + "anew"
    }
  }
}
