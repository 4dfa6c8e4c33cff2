/// What kind of trouble an error is: the command line derives its exit status from it.
public enum ErrorCategory: String, Hashable, Sendable, CaseIterable {
  /// A file is missing or cannot be opened for reading (`EX_NOINPUT`, 66).
  case missingFile

  /// A file's content is not what it must be (`EX_DATAERR`, 65).
  case badData

  /// A file cannot be written (`EX_IOERR`, 74).
  case cannotWrite
}
