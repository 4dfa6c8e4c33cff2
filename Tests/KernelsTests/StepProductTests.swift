import KernelInterface
import Kernels
import Testing

/// A gradient that a step of Adam takes over in registers has the bits of a product and a step.
@Suite struct StepProductTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var rows: Int
    var columns: Int
    /// The examples.
    var depth: Int
    /// Of every 10 elements of A.
    var nonzeros: Int
    /// Whether it is done in registers, and the gradient not written.
    var isFused = true
    var testDescription: String {
      "\(rows)×\(depth)·\(depth)×\(columns), \(nonzeros) of 10\(isFused ? "" : ", in two steps")"
    }
  }

  /// Several blocks of rows, groups of columns and words of bits on every instruction set.
  static let cases: [Case] = [
    Case(rows: 300, columns: 128, depth: 8, nonzeros: 2),
    Case(rows: 21, columns: 32, depth: 1, nonzeros: 5),
    Case(rows: 70, columns: 96, depth: 5, nonzeros: 10),
    Case(rows: 33, columns: 160, depth: 16, nonzeros: 1),
    Case(rows: 3, columns: 64, depth: 11, nonzeros: 4),
    Case(rows: 50, columns: 64, depth: 33, nonzeros: 1),
    Case(rows: 130, columns: 64, depth: 64, nonzeros: 2),
    // Dense, of too many examples, and columns that are no whole panels.
    Case(rows: 41, columns: 64, depth: 64, nonzeros: 10, isFused: false),
    Case(rows: 40, columns: 64, depth: 65, nonzeros: 1, isFused: false),
    Case(rows: 40, columns: 72, depth: 8, nonzeros: 2, isFused: false),
  ]

  /// A product whose parts the cases change.
  private struct Operands {
    let (rows, columns, depth): (Int, Int, Int)
    var isFused: Bool
    /// `[depth, rows]` and `[depth, columns]`.
    var (a, b): ([Float], [Float])
    /// The gradient before, the two moments and the weights, all `[rows, columns]` in panels.
    var parts: [[Float]]
    /// Both factors of the mean, both of the squares, and those of the step.
    var scalars: [Float] = [0.9, 0.1, 0.999, 0.001, 0.002, 1.5, 1e-8]
    let panelStride: Int

    init(_ shape: Case) {
      (rows, columns, depth) = (shape.rows, shape.columns, shape.depth)
      isFused = shape.isFused
      panelStride = PanelCopyCall.panelStride(rows: rows)
      var generator = TestGenerator(seed: UInt64(rows * 1009 + depth))
      a = generator.floats(depth * rows).map { value in
        if Int.random(in: 0..<10, using: &generator) < shape.nonzeros { return value }
        return value < 0 ? -0.0 : 0
      }
      b = generator.floats(depth * columns)
      let count = PanelCopyCall.elementCount(rows: rows, columns: columns)
      parts = (0..<4).map { part in
        // The moments of squares are not negative.
        generator.floats(count).map { part == 2 ? abs($0) : $0 }
      }
    }

    /// - Parameter isInPlace: whether new weights replace the old ones; else they are a fourth part.
    /// - Returns: the parts but the gradient, one after the other.
    func run(accumulates: Bool, isResultRead: Bool, isInPlace: Bool = true) -> [Float] {
      let a = GuardedBuffer(self.a)
      let b = GuardedBuffer(self.b)
      let scalars = GuardedBuffer(self.scalars)
      let s = (0..<7).map { UnsafePointer(scalars.pointer + $0) }
      let count = parts[0].count
      let initial = parts[1...].flatMap { $0 } + (isInPlace ? [] : parts[3])
      return sameEverywhere(initial) { kernels, pool, memory in
        let c = GuardedBuffer(parts[0])
        let (g, m, v) = (slot(c.pointer), slot(memory), slot(memory + count))
        let w = slot(memory + 2 * count)
        let step = LoopCall(
          kernels, preamble: [],
          body: [
            LoopInstruction(.mixAndStep, result: m, a: m, b: g, scalars: [s[0], s[1]]),
            LoopInstruction(.mixSquares, result: v, a: v, b: g, scalars: [s[2], s[3]]),
            LoopInstruction(
              .subtractQuotient, result: isInPlace ? w : slot(memory + 3 * count), a: m, b: v,
              c: w, scalars: [s[4], s[5], s[6]]),
          ], count: rows * columns, rowLength: columns, panelStride: panelStride)
        pool.run(
          MatrixProductCall(
            kernels: kernels, rows: rows, columns: columns, depth: depth, a: a.pointer,
            aRowStride: rows, transposesA: true, b: b.pointer, bRowStride: columns, c: c.pointer,
            cRowStride: ProductArguments.panelColumns, cPanelStride: panelStride,
            accumulates: accumulates, keepsColumns: true, threads: pool.cuts, epilogue: step,
            isResultRead: isResultRead))
        #expect(c.isIntact)
        if pool.threadCount == 1 {
          let isUntouched = c.bits == parts[0].map(\.bitPattern)
          #expect(isUntouched == (isFused && !isResultRead && isInPlace))
        }
      }
    }

    private func slot(_ memory: UnsafeMutablePointer<Float>) -> LoopSlot {
      LoopSlot(memory: memory, stride: 4)
    }

    /// What a product and a step make of the moments and the weights is what one call makes.
    func expectSameBits(accumulates: Bool, sourceLocation: SourceLocation = #_sourceLocation) {
      let bits = [true, false].map { isResultRead in
        run(accumulates: accumulates, isResultRead: isResultRead).map {
          $0.isNaN ? Float.nan.bitPattern : $0.bitPattern
        }
      }
      #expect(bits[0] == bits[1], sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: cases, [false, true])
  func oneCallHasTheBitsOfTwo(_ shape: Case, _ accumulates: Bool) {
    Operands(shape).expectSameBits(accumulates: accumulates)
  }

  /// 0 · ∞ is not 0.
  @Test(arguments: [Float.infinity, .nan])
  func zerosMeetWhatIsNotFinite(_ value: Float) {
    var operands = Operands(Case(rows: 40, columns: 64, depth: 9, nonzeros: 2))
    operands.b[3 * 64 + 40] = value
    for row in 0..<20 { operands.a[3 * 40 + row] = 0 }
    operands.isFused = false
    operands.expectSameBits(accumulates: false)
    let weights = operands.run(accumulates: false, isResultRead: false).suffix(
      operands.parts[0].count)
    #expect(weights.contains { $0.isNaN })
  }

  /// A factor that is not finite is no zero.
  @Test func whatIsNotFiniteIsMultiplied() {
    var operands = Operands(Case(rows: 40, columns: 64, depth: 9, nonzeros: 2))
    operands.a[2 * 40 + 7] = .nan
    operands.a[2 * 40 + 8] = .infinity
    operands.expectSameBits(accumulates: false)
  }

  /// A sum that vanished from below is −0, and a term of 0 makes it +0: a mean that is −0 shows it.
  @Test(arguments: [false, true]) func zerosMeetSumsThatVanished(_ accumulates: Bool) {
    var operands = Operands(Case(rows: 40, columns: 64, depth: 9, nonzeros: 0))
    for row in 0..<40 where row % 2 == 0 { operands.a[4 * 40 + row] = -.leastNormalMagnitude }
    operands.b = operands.b.map { abs($0) / 2 }
    for column in 0..<20 { operands.b[6 * 64 + column] = -1 }
    for part in [0, 1] { operands.parts[part] = operands.parts[part].map { _ in -0.0 } }
    let means = operands.run(accumulates: accumulates, isResultRead: true).prefix(40 * 32)
    #expect(Set(means.map(\.sign)) == [.plus, .minus])
    operands.expectSameBits(accumulates: accumulates)
  }

  /// A weight whose gradient and moments are 0 needs no root, but it becomes NaN where the scalars make
  /// that of zeros, and moments may become −0.
  @Test(
    arguments: [
      [0.9, 0.1, 0.999, 0.001, 0.002, 1.5, 1e-8], [0.9, 0.1, 0.999, 0.001, 0.002, 1.5, 0],
      [0.9, 0.1, 0.999, 0.001, -0.002, 1.5, 1e-8], [-0.9, -0.1, 0.999, 0.001, 0.002, 1.5, 1e-8],
      [.infinity, 0.1, 0.999, 0.001, 0.002, 1.5, 1e-8],
    ] as [[Float]], [false, true])
  func nothingComesOfZeros(_ scalars: [Float], _ accumulates: Bool) {
    var operands = Operands(Case(rows: 40, columns: 64, depth: 9, nonzeros: 1))
    operands.scalars = scalars
    for example in 0..<9 {
      for row in 0..<30 { operands.a[example * 40 + row] = 0 }
    }
    let row = ProductArguments.panelColumns
    for part in [1, 2] {
      for place in 0..<20 * row { operands.parts[part][place] = 0 }
    }
    // What is no 0, or not that 0, in one of two vectors.
    operands.parts[1][3 * row + 1] = 1
    operands.parts[1][5 * row + 17] = -0.0
    operands.parts[2][7 * row + 2] = .leastNonzeroMagnitude
    operands.parts[2][9 * row + 18] = 1
    for place in [0, 2 * row, 4 * row + 20] { operands.parts[3][place] = -0.0 }
    operands.parts[3][6 * row] = .leastNonzeroMagnitude
    operands.expectSameBits(accumulates: accumulates)
  }

  /// Only a step that replaces the old values is one that the kernel knows.
  @Test func newWeightsElsewhereTakeTwoCalls() {
    let operands = Operands(Case(rows: 40, columns: 64, depth: 9, nonzeros: 2))
    let count = operands.parts[0].count
    let expected = operands.run(accumulates: false, isResultRead: true)
    let found = operands.run(accumulates: false, isResultRead: false, isInPlace: false)
    #expect(found.prefix(2 * count) == expected.prefix(2 * count))
    #expect(found[(2 * count)..<(3 * count)].elementsEqual(operands.parts[3]))
    #expect(found.suffix(count).elementsEqual(expected.suffix(count)))
  }
}
