internal import ArgumentParsing
internal import Checkpoints
internal import Configurations
internal import Datasets
internal import Evaluation
internal import Networks
internal import TrainedModels
internal import Training

/// The exit statuses. Up to 3 are those of a gate (`GateOutcome`), which judged what it was given, and
/// of a training that cannot be trusted;
/// those of work that could not be done follow sysexits.h, so that no broken run looks like a verdict.
enum ExitStatus: Int32 {
  /// A training that overfitted to its own attack and was not healed.
  case collapsed = 1
  case usage = 64
  case badData = 65
  case missingFile = 66
  case internalError = 70
  case cannotWrite = 74
  /// 128 + SIGINT
  case interrupted = 130
}

/// The end of a command that did not do its work: one line, and an exit status.
struct Failure: Error {
  let status: ExitStatus
  let message: String

  init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = message
  }

  /// The status that belongs to an error of the modules below.
  init(describing error: any Error) {
    let status: ExitStatus =
      switch error {
      case is ValidationError: .usage
      case let error as CheckpointError: ExitStatus(error.category)
      case let error as FileError: ExitStatus(error.category)
      case let error as DatasetError: ExitStatus(error)
      case let error as LoadingError: ExitStatus(error)
      case is WitnessError: .badData
      case let error as TrainingError: ExitStatus(error)
      case let error as RunFileError: ExitStatus(error)
      case is ModelError, is ConfigurationError: .badData
      default: .internalError
      }
    self.init(status, "\(error)")
  }
}

extension ExitStatus {
  fileprivate init(_ category: ErrorCategory) {
    switch category {
    case .missingFile: self = .missingFile
    case .badData: self = .badData
    case .cannotWrite: self = .cannotWrite
    }
  }

  fileprivate init(_ error: DatasetError) {
    switch error {
    case .unknownName, .missingFile, .unreadableFile: self = .missingFile
    case .invalidName, .invalidValidationCount: self = .usage
    default: self = .badData
    }
  }

  fileprivate init(_ error: LoadingError) {
    switch error {
    case .notFound: self = .missingFile
    case .file(let error): self.init(error.category)
    case .checkpoint(let error): self.init(error.category)
    case .configuration, .model, .record: self = .badData
    }
  }

  fileprivate init(_ error: RunFileError) {
    switch error {
    case .checkpoint(let error): self.init(error.category)
    case .noRun, .version, .damaged: self = .badData
    case .mismatch: self = .usage
    }
  }

  fileprivate init(_ error: TrainingError) {
    switch error {
    case .notFinite, .unfitState: self = .badData
    case .collapsed: self = .collapsed
    case .noTrainingExamples, .batchTooLarge: self = .usage
    }
  }
}
