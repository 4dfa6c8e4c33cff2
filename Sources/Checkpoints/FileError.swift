internal import Suggestions

/// Why a file could not be read or written.
public enum FileError: Error, Hashable, Sendable {
  /// There is nothing at this path.
  case missing(path: String)

  /// The path names a directory where a file is wanted.
  case isDirectory(path: String)

  /// The system refuses to read the file, for this reason.
  case cannotRead(path: String, reason: String)

  /// The file has no bytes.
  case empty(path: String)

  /// The file has more bytes than the limit.
  case tooLarge(path: String, byteCount: Int, limit: Int)

  /// The system refuses to write the file, for this reason.
  case cannotWrite(path: String, reason: String)

  public var category: ErrorCategory {
    switch self {
    case .missing, .isDirectory, .cannotRead: .missingFile
    case .empty, .tooLarge: .badData
    case .cannotWrite: .cannotWrite
    }
  }
}

extension FileError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missing(let path):
      "there is no file \(path.quoted); check the path"
    case .isDirectory(let path):
      "\(path.quoted) is a directory; name a file in it"
    case .cannotRead(let path, let reason):
      "cannot read \(path.quoted): \(reason)"
    case .empty(let path):
      "\(path.quoted) is empty; it was probably never written to its end"
    case .tooLarge(let path, let byteCount, let limit):
      "\(path.quoted) has \(byteCount) bytes; files of more than \(limit) bytes are not read"
    case .cannotWrite(let path, let reason):
      "cannot write \(path.quoted): \(reason)"
    }
  }
}
