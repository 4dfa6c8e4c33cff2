public import Kernels

/// What programs run on: an instruction set and the threads that share the work.
///
/// Results have the same bits on every device.
public final class Device: Sendable {
  public let instructionSet: InstructionSet
  public let threadCount: Int
  let pool: ThreadPool

  /// - Parameter threads: the number of threads, at least 1.
  public init(threads: Int, instructionSet: InstructionSet = .best) {
    precondition(instructionSet.isSupported, "Device: \(instructionSet) is not supported here")
    self.instructionSet = instructionSet
    threadCount = threads
    pool = ThreadPool(threads: threads)
  }
}
