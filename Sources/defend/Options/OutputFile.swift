internal import Checkpoints
internal import TrainedModels

/// A checkpoint to be written: checked before the work, written after it.
struct OutputFile {
  let path: String
  /// Whether the directory may be made: the default one, not one that a user typed.
  let createsDirectory: Bool

  /// - Throws: an error when the file could not be written in the end.
  func check() throws {
    try AtomicFile.checkWritable(path, creatingDirectory: createsDirectory)
  }

  func write(_ trained: TrainedModel) throws {
    try trained.write(
      to: path, creatingDirectory: createsDirectory, generator: Defend.generator)
  }
}
