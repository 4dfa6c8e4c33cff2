import KernelInterface
import Kernels
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Products write what is there to lines that will be updated: those of their block, and no others.
@Suite struct ClaimTests {
  /// Zeroed pages, of which the system knows which ones have been touched.
  private final class FreshPages {
    static let length = Int(sysconf(Int32(_SC_PAGESIZE)))
    let count: Int
    let memory: UnsafeMutablePointer<Float>

    init(count: Int) {
      self.count = count
      let pages = mmap(
        nil, count * Self.length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)!
      precondition(pages != MAP_FAILED)
      #if os(Linux)
        madvise(pages, count * Self.length, MADV_NOHUGEPAGE)
      #endif
      memory = pages.assumingMemoryBound(to: Float.self)
    }

    deinit { munmap(memory, count * Self.length) }

    var touched: [Int] {
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { marks in
        let marked = UnsafeMutableRawPointer(marks.baseAddress!)
        #if canImport(Darwin)
          mincore(memory, count * Self.length, marked.assumingMemoryBound(to: CChar.self))
        #else
          mincore(memory, count * Self.length, marked.assumingMemoryBound(to: UInt8.self))
        #endif
        return (0..<count).filter { marks[$0] & 1 != 0 }
      }
    }

    /// Some systems say that all pages are there.
    static let areKnown: Bool = {
      let pages = FreshPages(count: 2)
      pages.memory[0] = 1
      return pages.touched == [0]
    }()
  }

  struct Case: Sendable, CustomTestStringConvertible {
    /// Of every 10 elements of A.
    let nonzeros: Int
    let transposesA: Bool
    var testDescription: String {
      "\(nonzeros) of 10\(transposesA ? ", transposed" : "")"
    }
  }

  static let cases = [2, 10].flatMap { nonzeros in
    [false, true].map { Case(nonzeros: nonzeros, transposesA: $0) }
  }

  private static let (rows, columns, depth) = (40, 70, 96)

  /// - Parameter updated: the matrix that is claimed, in the places of `c`.
  private func product(
    _ kernels: KernelTable, _ shape: Case, c: UnsafeMutablePointer<Float>,
    updated: UnsafeMutablePointer<Float>, rowStride: Int, rows: Range<Int>
  ) {
    var generator = TestGenerator(seed: 31)
    let stride = shape.transposesA ? 1100 : Self.depth
    let a = GuardedBuffer(
      generator.floats((shape.transposesA ? Self.depth : Self.rows) * stride).map {
        Int.random(in: 0..<10, using: &generator) < shape.nonzeros ? $0 : 0
      })
    let b = GuardedBuffer(generator.floats(Self.depth * Self.columns))
    kernels.product(
      ProductArguments(
        a: a.pointer, rowAxis: SegmentedAxis(stride: shape.transposesA ? 1 : stride),
        depthAxis: SegmentedAxis(stride: shape.transposesA ? stride : 1), depth: Self.depth,
        b: b.pointer, bRowStride: Self.columns, c: c, cRowStride: rowStride, rows: rows,
        columns: Self.columns, accumulates: false, updateDistance: updated - c))
  }

  @Test(.enabled(if: FreshPages.areKnown), arguments: supportedInstructionSets, cases)
  func theLinesOfABlockAreClaimed(_ set: InstructionSet, _ shape: Case) {
    let stride = FreshPages.length / MemoryLayout<Float>.stride
    let c = GuardedBuffer([Float](repeating: 0, count: Self.rows * stride))
    let pages = FreshPages(count: Self.rows)
    product(
      set.kernels, shape, c: c.pointer, updated: pages.memory, rowStride: stride, rows: 3..<37)
    #expect(pages.touched == Array(3..<37))
    #expect(c.isIntact)
  }

  /// Also where it is no number, or one that arithmetic would flush to 0.
  @Test(arguments: supportedInstructionSets, cases)
  func whatIsThereStaysThere(_ set: InstructionSet, _ shape: Case) {
    let count = Self.rows * Self.columns
    let bits: [UInt32] = [0x7F80_0001, 0xFFC1_2345, 1, 0x8000_0000, 0x007F_FFFF]
    let kept = GuardedBuffer((0..<count).map { Float(bitPattern: bits[$0 % bits.count]) })
    let before = kept.bits
    let c = GuardedBuffer([Float](repeating: 0, count: count))
    product(
      set.kernels, shape, c: c.pointer, updated: kept.pointer, rowStride: Self.columns,
      rows: 0..<Self.rows)
    #expect(kept.bits == before && kept.isIntact && c.isIntact)
  }

  /// What a loop writes last, if it replaces old values and is not the product's own result.
  @Test func loopsKnowWhatTheyUpdate() {
    let memory = (0..<3).map { _ in GuardedBuffer([Float](repeating: 1, count: 64)) }
    let (c, weights, other) = (memory[0].pointer, memory[1].pointer, memory[2].pointer)
    func slot(_ memory: UnsafeMutablePointer<Float>, stride: Int = 4) -> LoopSlot {
      LoopSlot(memory: memory, stride: stride)
    }
    func found(_ body: LoopInstruction...) -> UnsafeMutablePointer<Float>? {
      LoopCall(
        supportedInstructionSets[0].kernels, preamble: [], body: body, count: 64, rowLength: 8
      ).memoryUpdated(besides: c)
    }
    let update = LoopInstruction(.add, result: slot(weights), a: slot(c), b: slot(weights))
    let copy = LoopInstruction(.add, result: slot(other), a: slot(c), b: slot(weights))
    #expect(found(update) == weights)
    #expect(found(copy, update) == weights)
    #expect(found(update, copy) == nil)
    #expect(found(LoopInstruction(.add, result: slot(c), a: slot(c), b: slot(weights))) == nil)
    let repeated = slot(weights, stride: 0)
    #expect(found(LoopInstruction(.add, result: repeated, a: slot(c), b: repeated)) == nil)
    let register = LoopSlot(register: 0)
    #expect(found(LoopInstruction(.add, result: register, a: slot(c), b: register)) == nil)
  }
}
