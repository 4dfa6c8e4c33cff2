import KernelInterface
import Kernels
import Testing

let supportedInstructionSets = InstructionSet.allCases.filter(\.isSupported)

/// Runs what `body` builds on every instruction set and with 1, 2 and 3 threads.
/// - Returns: the one result that all of them gave.
func sameEverywhere<Element: BitwiseCopyable>(
  _ initial: [Element], sourceLocation: SourceLocation = #_sourceLocation,
  _ body: (KernelTable, ThreadPool, UnsafeMutablePointer<Element>) -> Void
) -> [Element] {
  var first: GuardedBuffer<Element>?
  for set in supportedInstructionSets {
    for threads in 1...3 {
      let buffer = GuardedBuffer(initial)
      body(set.kernels, testPools[threads - 1], buffer.pointer)
      #expect(buffer.isIntact, "\(set) wrote out of bounds", sourceLocation: sourceLocation)
      if let first {
        #expect(
          first.bits == buffer.bits, "\(set), \(threads) threads: other bits",
          sourceLocation: sourceLocation)
      } else {
        first = buffer
      }
    }
  }
  return first?.elements ?? []
}

let testPools = [ThreadPool(threads: 1), ThreadPool(threads: 2), ThreadPool(threads: 3)]

extension ThreadPool {
  /// The threads that products are cut for: few, or as many as machines have.
  var cuts: Int { threadCount == 3 ? 16 : threadCount }
}

/// Expects float32 results near their Double references; `scale` bounds the sum of the terms.
func expectClose(
  _ results: [Float], _ references: [Double], scale: Double,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(results.count == references.count, sourceLocation: sourceLocation)
  let worst = zip(results, references).map { abs(Double($0) - $1) }.max() ?? 0
  #expect(worst <= 1e-6 * scale, "off by \(worst)", sourceLocation: sourceLocation)
}
