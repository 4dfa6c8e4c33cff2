import KernelInterface
import Kernels
import Synchronization
import Testing

@Suite struct MatrixProductTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var rows: Int
    var columns: Int
    var depth: Int
    var testDescription: String { "\(rows)×\(depth)·\(depth)×\(columns)" }
  }

  static let shapes: [Shape] = [
    Shape(rows: 1, columns: 1, depth: 1), Shape(rows: 1, columns: 10, depth: 7),
    Shape(rows: 3, columns: 16, depth: 5), Shape(rows: 7, columns: 17, depth: 11),
    Shape(rows: 12, columns: 32, depth: 16), Shape(rows: 13, columns: 33, depth: 3),
    Shape(rows: 5, columns: 70, depth: 40), Shape(rows: 29, columns: 47, depth: 31),
    Shape(rows: 8, columns: 128, depth: 784), Shape(rows: 67, columns: 101, depth: 97),
    Shape(rows: 130, columns: 10, depth: 128), Shape(rows: 2, columns: 5, depth: 2500),
    Shape(rows: 4, columns: 9, depth: 0), Shape(rows: 50, columns: 75, depth: 600),
    Shape(rows: 3, columns: 70, depth: 96), Shape(rows: 40, columns: 700, depth: 30),
    Shape(rows: 130, columns: 70, depth: 520),
  ]

  /// Rows wider than their contents, the rest filled with NaN: whoever reads it is found out.
  private func padded(_ values: [Float], rows: Int, columns: Int, stride: Int) -> [Float] {
    var result = [Float](repeating: .nan, count: max(0, (rows - 1) * stride + columns))
    for row in 0..<rows {
      for column in 0..<columns { result[row * stride + column] = values[row * columns + column] }
    }
    return result
  }

  @Test(arguments: shapes, [false, true])
  func agreesWithTheReferenceEverywhere(_ shape: Shape, _ accumulates: Bool) {
    let (m, n, k) = (shape.rows, shape.columns, shape.depth)
    var generator = TestGenerator(seed: UInt64(m * 1_000_003 + n * 1009 + k))
    let a = generator.floats(m * k)
    let b = generator.floats(k * n)
    let c = generator.floats(m * n)
    let reference = (0..<m * n).map { index in
      (0..<k).reduce(accumulates ? Double(c[index]) : 0) { sum, term in
        sum + Double(a[index / n * k + term]) * Double(b[term * n + index % n])
      }
    }
    // The contract, literally: one chain in ascending k.
    let chain = (0..<m * n).map { index in
      (0..<k).reduce(accumulates ? c[index] : 0) { sum, term in
        sum.addingProduct(a[index / n * k + term], b[term * n + index % n])
      }
    }
    for transposesA in [false, true] {
      let stored =
        transposesA ? (0..<m * k).map { a[$0 % m * k + $0 / m] } : a
      let (aRows, aColumns) = transposesA ? (k, m) : (m, k)
      let aStride = aColumns + 3
      let aBuffer = GuardedBuffer(padded(stored, rows: aRows, columns: aColumns, stride: aStride))
      let bBuffer = GuardedBuffer(padded(b, rows: k, columns: n, stride: n + 2))
      let result = sameEverywhere(padded(c, rows: m, columns: n, stride: n + 5)) {
        kernels, pool, pointer in
        pool.run(
          MatrixProductCall(
            kernels: kernels, rows: m, columns: n, depth: k,
            a: aBuffer.pointer, aRowStride: aStride, transposesA: transposesA,
            b: bBuffer.pointer, bRowStride: n + 2, c: pointer, cRowStride: n + 5,
            accumulates: accumulates, threads: pool.cuts))
      }
      let packed = (0..<m * n).map { result[$0 / n * (n + 5) + $0 % n] }
      #expect(packed.map(\.bitPattern) == chain.map(\.bitPattern))
      expectClose(packed, reference, scale: Double(k + 1))
      let untouched = result.indices.filter { $0 % (n + 5) >= n }.allSatisfy { result[$0].isNaN }
      #expect(untouched)
    }
  }

  @Test(arguments: shapes) func aTransposeInPanelsGivesTheSameBits(_ shape: Shape) {
    let (m, n, k) = (shape.rows, shape.columns, shape.depth)
    var generator = TestGenerator(seed: 17)
    let a = GuardedBuffer(generator.floats(m * k))
    let transposed = generator.floats(n * k)
    let b = GuardedBuffer((0..<k * n).map { transposed[$0 % n * k + $0 / n] })
    let source = GuardedBuffer(transposed)
    let zeros = [Float](repeating: 0, count: m * n)
    func product(
      _ kernels: KernelTable, b: UnsafePointer<Float>, _ rowStride: Int, _ panelStride: Int,
      _ c: UnsafeMutablePointer<Float>
    ) -> MatrixProductCall {
      MatrixProductCall(
        kernels: kernels, rows: m, columns: n, depth: k, a: a.pointer, aRowStride: k,
        b: b, bRowStride: rowStride, bPanelStride: panelStride, c: c, cRowStride: n)
    }
    let plain = sameEverywhere(zeros) { kernels, pool, c in
      pool.run(product(kernels, b: b.pointer, n, ProductArguments.panelColumns, c))
    }
    let inPanels = sameEverywhere(zeros) { kernels, pool, c in
      // Nobody may read what fills up the last panel.
      let count = PanelTransposeCall.elementCount(rows: n, columns: k)
      let panels = GuardedBuffer([Float](repeating: .nan, count: count))
      pool.run(
        PanelTransposeCall(
          kernels: kernels, rows: n, columns: k, source: source.pointer, target: panels.pointer))
      #expect(panels.isIntact)
      if k.isMultiple(of: 32) {
        let sourcePanels = GuardedBuffer(transposed)
        pool.run(
          PanelCopyCall(
            rows: n, columns: k, source: source.pointer, target: sourcePanels.pointer))
        let again = GuardedBuffer([Float](repeating: .nan, count: count))
        pool.run(
          PanelTransposeCall(
            kernels: kernels, rows: n, columns: k, source: sourcePanels.pointer, isInPanels: true,
            target: again.pointer))
        #expect(again.bits == panels.bits)
      }
      pool.run(
        product(
          kernels, b: panels.pointer, ProductArguments.panelColumns,
          PanelTransposeCall.panelStride(columns: k), c))
    }
    #expect(inPanels.map(\.bitPattern) == plain.map(\.bitPattern))
  }

  /// Columns of A that are a page apart are read in copies, here in several blocks both ways.
  @Test(arguments: [false, true]) func columnsFarApartGiveTheSameBits(_ accumulates: Bool) {
    let (m, n, k, stride) = (163, 70, 520, 1100)
    var generator = TestGenerator(seed: 23)
    let a = generator.floats(m * k)
    let plain = GuardedBuffer(a)
    let transposed = GuardedBuffer(
      padded((0..<k * m).map { a[$0 % m * k + $0 / m] }, rows: k, columns: m, stride: stride))
    let b = GuardedBuffer(generator.floats(k * n))
    let start = generator.floats(m * n)
    func product(
      _ a: UnsafePointer<Float>, rowStride: Int, depthStride: Int
    ) -> [Float] {
      sameEverywhere(start) { kernels, _, c in
        kernels.product(
          ProductArguments(
            a: a, rowAxis: SegmentedAxis(stride: rowStride),
            depthAxis: SegmentedAxis(stride: depthStride), depth: k, b: b.pointer, bRowStride: n,
            c: c, cRowStride: n, rows: 3..<m, columns: n, accumulates: accumulates))
      }
    }
    let expected = product(plain.pointer, rowStride: k, depthStride: 1)
    let found = product(transposed.pointer, rowStride: 1, depthStride: stride)
    #expect(found.map(\.bitPattern) == expected.map(\.bitPattern))
    #expect(found.prefix(3 * n) == start.prefix(3 * n) && found.suffix(n) != start.suffix(n))
  }

  private struct Countdown: RowEpilogue, @unchecked Sendable {
    let c: UnsafeMutablePointer<Float>
    let columns: Int
    func run(rows: Range<Int>, columns range: Range<Int>) {
      for row in rows {
        for index in row * columns + range.lowerBound..<row * columns + range.upperBound {
          c[index] = c[index] * 2 + 1
        }
      }
    }
  }

  @Test(arguments: [(1, 3, 2), (50, 10, 7), (200, 96, 64), (67, 1111, 40)])
  func theEpilogueSeesEveryFinishedRowOnce(_ m: Int, _ n: Int, _ k: Int) {
    var generator = TestGenerator(seed: 5)
    let a = GuardedBuffer(generator.floats(m * k))
    let b = GuardedBuffer(generator.floats(k * n))
    func product(_ kernels: KernelTable, _ c: UnsafeMutablePointer<Float>, _ epilogue: Bool)
      -> MatrixProductCall
    {
      MatrixProductCall(
        kernels: kernels, rows: m, columns: n, depth: k, a: a.pointer, aRowStride: k,
        b: b.pointer, bRowStride: n, c: c, cRowStride: n,
        epilogue: epilogue ? Countdown(c: c, columns: n) : nil)
    }
    let zeros = [Float](repeating: 0, count: m * n)
    let plain = sameEverywhere(zeros) { kernels, pool, c in pool.run(product(kernels, c, false)) }
    let fused = sameEverywhere(zeros) { kernels, pool, c in pool.run(product(kernels, c, true)) }
    #expect(fused == plain.map { $0 * 2 + 1 })
  }

  private struct ChunkCheck: RowEpilogue {
    let unit: Int

    func run(rows: Range<Int>, columns: Range<Int>) {
      #expect(columns.lowerBound.isMultiple(of: unit), "\(columns)")
    }
  }

  /// The strips that an epilogue takes over: what is behind a chunk cannot leave out zeros.
  @Test(arguments: InstructionSet.allCases.filter(\.isSupported))
  func stripsBeginWithAChunk(_ set: InstructionSet) {
    let (m, n, k) = (128, 4608, 128)
    // Of zeros, which take no time.
    let memory = GuardedBuffer([Float](repeating: 0, count: k * n))
    let result = GuardedBuffer([Float](repeating: 1, count: m * n))
    let kernels = set.kernels
    ThreadPool(threads: 1).run(
      MatrixProductCall(
        kernels: kernels, rows: m, columns: n, depth: k, a: memory.pointer, aRowStride: k,
        b: memory.pointer, bRowStride: n, c: result.pointer, cRowStride: n,
        epilogue: ChunkCheck(unit: ProductArguments.chunkVectors * kernels.lanes)))
    #expect(result.elements.allSatisfy { $0 == 0 })
  }

  @Test(arguments: [(1, 1), (4, 4), (5, 3), (17, 33), (128, 784), (301, 10)])
  func transposes(_ rows: Int, _ columns: Int) {
    let source = GuardedBuffer((0..<rows * (columns + 1)).map { Float($0) })
    let result = sameEverywhere([Float](repeating: -1, count: columns * (rows + 2))) {
      kernels, pool, pointer in
      pool.run(
        TransposeCall(
          kernels: kernels, rows: rows, columns: columns, source: source.pointer,
          sourceRowStride: columns + 1, target: pointer, targetRowStride: rows + 2))
    }
    for (index, value) in result.enumerated() {
      let (column, row) = index.quotientAndRemainder(dividingBy: rows + 2)
      let expected = row < rows ? Float(row * (columns + 1) + column) : -1
      guard value == expected else {
        Issue.record("[\(column), \(row)] is \(value), not \(expected)")
        return
      }
    }
  }

  /// Of every instruction set, whether this processor has it or not: nothing is run.
  @Test(arguments: InstructionSet.allCases) func littleWorkIsOneTask(_ set: InstructionSet) {
    let memory = GuardedBuffer([Float](repeating: 0, count: 1))
    func tasks(_ m: Int, _ n: Int, _ k: Int) -> Int {
      MatrixProductCall(
        kernels: set.kernels, rows: m, columns: n, depth: k, a: memory.pointer,
        aRowStride: k, b: memory.pointer, bRowStride: n, c: memory.pointer, cRowStride: n
      ).taskCount
    }
    #expect(tasks(8, 10, 128) == 1)
    #expect(tasks(8, 128, 784) == 2)
    // Blocks are whole chunks of 8 vectors.
    #expect(tasks(512, 512, 512) == (set == .avx512 ? 32 : 64))
    #expect(tasks(128, 4608, 128) == (set == .avx512 ? 32 : 64))
  }

  /// Any bit patterns: subnormal numbers (which count as zeros, going in and coming out), overflow,
  /// infinities, cancellation, ties in rounding.
  @Test func everyInstructionSetRoundsOnce() {
    let count = 20_000
    var generator = TestGenerator(seed: 11)
    func flushed(_ value: Float) -> Float {
      value.isSubnormal ? Float(signOf: value, magnitudeOf: 0) : value
    }
    func pattern() -> Float {
      Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &generator))
    }
    for round in 0..<5 {
      let a = round == 0 ? Float(1).nextUp : pattern()
      var b = (0..<count).map { _ in pattern() }
      // Half of the addends nearly cancel the product, so that the last bits decide.
      var c = b.map { Bool.random(using: &generator) ? -(a * $0).nextUp : pattern() }
      if round == 0 {
        // Sums just beside a tie, by less than a double holds: rounding twice goes wrong here.
        for exponent in 0..<100 {
          let scale = Float(sign: .plus, exponent: exponent - 50, significand: 1)
          for (position, sign) in [Float(1), -1].enumerated() {
            let index = 4 * exponent + 2 * position
            b[index] = sign * scale * Float(1 - 0x1p-23) * 0x1p-24
            b[index + 1] = b[index]
            c[index] = sign * scale * Float(1).nextUp
            c[index + 1] = -sign * scale * Float(1).nextUp.nextUp.nextUp
          }
        }
      }
      let factor = GuardedBuffer([a])
      let factors = GuardedBuffer(b)
      for set in supportedInstructionSets {
        let result = GuardedBuffer(c)
        testPools[0].run(
          MatrixProductCall(
            kernels: set.kernels, rows: 1, columns: count, depth: 1,
            a: factor.pointer, aRowStride: 1, b: factors.pointer, bRowStride: count,
            c: result.pointer, cRowStride: count, accumulates: true))
        for (index, value) in result.elements.enumerated() {
          let expected = flushed(
            flushed(c[index]).addingProduct(flushed(a), flushed(b[index])))
          guard value.bitPattern == expected.bitPattern || (value.isNaN && expected.isNaN) else {
            Issue.record("\(set): \(a)·\(b[index]) + \(c[index]) gave \(value), not \(expected)")
            break
          }
        }
      }
    }
  }
}
