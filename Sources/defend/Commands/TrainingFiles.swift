internal import Checkpoints
internal import Configurations
internal import Foundation
internal import TrainedModels
internal import Training

/// The files of a run of training: the weights of the best epoch, those of the last one and their
/// moving average, the state to go on from, and the log.
struct TrainingFiles {
  /// Of the best epoch; the others' names are made from it.
  let output: OutputFile
  let log: String?
  let model: [String]
  let identity: RunFile.Identity
  /// A result's weights with all that a checkpoint says of them.
  let trained: (_ weights: Weights, _ history: [EpochRecord]) -> TrainedModel

  typealias Weights = TrainingState.Weights

  var last: OutputFile { sibling("last") }
  var average: OutputFile { sibling("average") }
  private var run: OutputFile { sibling("run") }

  /// - Throws: an error when a file could not be written in the end.
  func check() throws {
    for file in [output, last, average, run] { try file.check() }
    if let log { try AtomicFile.checkWritable(log) }
  }

  /// The state of an interrupted run; nil if there is none.
  func savedState() throws -> TrainingState? {
    guard FileManager.default.fileExists(atPath: run.path) else { return nil }
    return try RunFile(contentsOf: run.path, parameters: model).state(
      for: identity, path: run.path)
  }

  func writeBest(_ result: Trainer.Result) throws {
    try output.write(trained(result.best, result.history))
  }

  func writeState(_ state: TrainingState) throws {
    try RunFile(state, of: identity).write(
      to: run.path, parameters: model, creatingDirectory: run.createsDirectory)
    try writeLog(state.history)
  }

  /// What stays of a run that has ended.
  func writeEnd(_ result: Trainer.Result) throws {
    try writeBest(result)
    try last.write(trained(result.last, result.history))
    if let average = result.average { try self.average.write(trained(average, result.history)) }
    try writeLog(result.history)
    if FileManager.default.fileExists(atPath: run.path) {
      try FileManager.default.removeItem(atPath: run.path)
    }
  }

  /// The whole log, so that it is never half written, and says nothing twice after an interruption.
  private func writeLog(_ history: [EpochRecord]) throws {
    guard let log else { return }
    let lines = Trainer.lines(of: history).map { $0 + "\n" }.joined()
    try AtomicFile.write(Array(lines.utf8), to: log)
  }

  /// `checkpoints/hardened.last.safetensors` beside `checkpoints/hardened.safetensors`.
  private func sibling(_ kind: String) -> OutputFile {
    let suffix = ".safetensors"
    let stem =
      output.path.hasSuffix(suffix) ? String(output.path.dropLast(suffix.count)) : output.path
    return OutputFile(
      path: "\(stem).\(kind)\(suffix)", createsDirectory: output.createsDirectory)
  }
}
