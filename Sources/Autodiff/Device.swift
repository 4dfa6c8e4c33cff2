internal import KernelInterface
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

  /// Runs `body` for every number below `count`, several at once. What it does on the device it does
  /// on its own thread.
  package func forEach(_ count: Int, _ body: (Int) -> Void) {
    pool.run(count, body)
  }

  /// Does two things at once, where there are threads for it: each on one of them.
  public func sideBySide<First, Second>(
    _ first: () throws -> First, _ second: () throws -> Second
  ) throws -> (First, Second) {
    var firstResult: Result<First, any Error>?
    var secondResult: Result<Second, any Error>?
    forEach(2) { part in
      if part == 0 {
        firstResult = Result(catching: first)
      } else {
        secondResult = Result(catching: second)
      }
    }
    return (try firstResult!.get(), try secondResult!.get())
  }

  /// How far an image is from bytes / 255, in Double, where it is furthest (NaN where a pixel is),
  /// and how many of its pixels are not in 0…1.
  package func change(
    of image: UnsafeBufferPointer<Float>, from original: UnsafeBufferPointer<UInt8>
  ) -> (largest: Double, outside: Int) {
    precondition(image.count == original.count, "Device.change: images of different sizes")
    guard let image = image.baseAddress, let bytes = original.baseAddress else { return (0, 0) }
    return instructionSet.kernels.pixelChange(image, bytes, original.count)
  }

  /// The multiplications and additions a second of a loop that stays in registers, on all threads:
  /// the limit of every product. Takes about 0.1 s: at first the system may have put two threads on
  /// one processor.
  public func measuredPeak() -> Double {
    let kernels = instructionSet.kernels
    let iterations = 1_000_000
    let clock = ContinuousClock()
    let times = (0..<50).map { _ in
      clock.measure {
        pool.run(threadCount) { _ in
          // Stored nowhere, but not known to be useless either.
          precondition(kernels.multiplyAddRegisters(iterations).isFinite)
        }
      }
    }
    let (seconds, attoseconds) = times.min()!.components
    let operations = 2 * 12 * kernels.lanes * iterations * threadCount
    return Double(operations) / (Double(seconds) + Double(attoseconds) * 1e-18)
  }
}
