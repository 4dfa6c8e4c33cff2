internal import Foundation
internal import TrainedModels

/// A checkpoint to be written: checked before the work, written after it.
struct OutputFile {
  let path: String
  /// Whether the folder may be made: the default one, not one that a user typed.
  let createsDirectory: Bool

  /// - Throws: a ``Failure`` when the file could not be written in the end.
  func check() throws {
    var isDirectory: ObjCBool = false
    let files = FileManager.default
    if files.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue {
      throw Failure(.cannotWrite, "cannot write '\(path)': it is a folder")
    }
    let folder = URL(filePath: path).deletingLastPathComponent().path
    guard files.fileExists(atPath: folder, isDirectory: &isDirectory) else {
      if createsDirectory { return }
      throw Failure(
        .cannotWrite, "cannot write '\(path)': there is no folder '\(folder)'; make it first")
    }
    guard isDirectory.boolValue, files.isWritableFile(atPath: folder) else {
      throw Failure(
        .cannotWrite, "cannot write '\(path)': no permission to write into '\(folder)'")
    }
  }

  func write(_ trained: TrainedModel) throws {
    try trained.write(
      to: path, creatingDirectory: createsDirectory, generator: Defend.generator)
  }
}
