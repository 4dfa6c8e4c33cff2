internal import ArgumentParsing
internal import Autodiff
internal import Foundation
internal import Kernels

/// What a command runs on. The results do not depend on it.
struct DeviceOptions: ParsableArguments {
  @Option(
    "threads", valueName: "n", as: .range(1...1024),
    help: "The number of threads. (default: all cores)")
  var threads: Int?

  static let arguments = ArgumentSet<Self>(\.$threads)

  /// - Throws: a ``Failure`` for an instruction set in `DEFEND_ISA` that there is not.
  func device() throws -> Device {
    let threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
    guard let name = ProcessInfo.processInfo.environment["DEFEND_ISA"], !name.isEmpty else {
      return Device(threads: threads)
    }
    guard let set = InstructionSet(rawValue: name) else {
      let names = InstructionSet.allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure(.usage, "DEFEND_ISA is '\(name)'; it can be \(names)")
    }
    guard set.isSupported else {
      throw Failure(.usage, "DEFEND_ISA is '\(name)', which this processor cannot run")
    }
    return Device(threads: threads, instructionSet: set)
  }
}
