internal import Checkpoints

/// Where a report goes: a file, checked before the work, or `-`, standard output.
struct ReportFile {
  let path: String

  /// Whether nothing else may be printed.
  var isStandardOutput: Bool { path == "-" }

  /// - Throws: an error when the file could not be written in the end.
  func check() throws {
    if !isStandardOutput { try AtomicFile.checkWritable(path) }
  }

  func write(_ text: String) throws {
    if isStandardOutput {
      Terminal.write(text)
    } else {
      try AtomicFile.write(Array(text.utf8), to: path)
    }
  }
}
