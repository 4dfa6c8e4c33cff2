import KernelInterface
import Kernels
import Testing

/// Products that leave out the zeros of A have the bits of the whole chains.
@Suite struct NonzeroProductTests {
  /// Several chunks of columns, stretches of the depth and blocks of rows on every instruction set.
  struct Shape: Sendable, CustomTestStringConvertible {
    var rows: Int
    var columns: Int
    var depth: Int
    /// Of every 10 elements of A.
    var nonzeros: Int
    var testDescription: String { "\(rows)×\(depth)·\(depth)×\(columns), \(nonzeros) of 10" }
  }

  static let shapes: [Shape] = [
    Shape(rows: 8, columns: 128, depth: 8, nonzeros: 2),
    Shape(rows: 9, columns: 260, depth: 67, nonzeros: 0),
    Shape(rows: 10, columns: 128, depth: 784, nonzeros: 2),
    Shape(rows: 333, columns: 147, depth: 11, nonzeros: 4),
    Shape(rows: 17, columns: 270, depth: 300, nonzeros: 3),
    // Half a chunk by itself and behind others.
    Shape(rows: 21, columns: 32, depth: 90, nonzeros: 1),
    Shape(rows: 19, columns: 64, depth: 150, nonzeros: 1),
    Shape(rows: 12, columns: 96, depth: 70, nonzeros: 1),
    Shape(rows: 26, columns: 192, depth: 140, nonzeros: 2),
  ]

  /// Whole panels.
  static let panelShapes: [Shape] = [
    Shape(rows: 300, columns: 128, depth: 8, nonzeros: 2),
    Shape(rows: 70, columns: 96, depth: 5, nonzeros: 1),
    Shape(rows: 33, columns: 288, depth: 150, nonzeros: 3),
    Shape(rows: 41, columns: 64, depth: 70, nonzeros: 10),
  ]

  /// How the operands lie.
  enum Layout: CaseIterable { case plain, panels, transposed, transposedFarApart }

  private struct Operands {
    var (rows, columns, depth) = (0, 0, 0)
    /// `[rows, depth]`, `[depth, columns]` and `[rows, columns]`.
    var (a, b, c): ([Float], [Float], [Float]) = ([], [], [])

    init(_ shape: Shape) {
      (rows, columns, depth) = (shape.rows, shape.columns, shape.depth)
      var generator = TestGenerator(seed: UInt64(shape.rows * 1009 + shape.depth))
      a = generator.floats(rows * depth).map { value in
        if Int.random(in: 0..<10, using: &generator) < shape.nonzeros { return value }
        // Either zero.
        return value < 0 ? -0.0 : 0
      }
      b = generator.floats(depth * columns)
      c = generator.floats(rows * columns)
    }

    /// One chain an element, in ascending k.
    func chains(accumulates: Bool) -> [Float] {
      (0..<rows * columns).map { index in
        (0..<depth).reduce(accumulates ? c[index] : 0) { sum, k in
          sum.addingProduct(a[index / columns * depth + k], b[k * columns + index % columns])
        }
      }
    }

    /// - Parameter epilogue: of a product into this memory.
    func product(
      _ layout: Layout, accumulates: Bool, keepsColumns: Bool = false,
      epilogue: (KernelTable, UnsafeMutablePointer<Float>) -> (any RowEpilogue)? = { _, _ in nil }
    ) -> [Float] {
      let isTransposed = layout == .transposed || layout == .transposedFarApart
      let stride = layout == .transposedFarApart ? 1100 : isTransposed ? rows + 3 : depth + 3
      var stored = [Float](repeating: .nan, count: max(rows, depth) * stride)
      for (index, value) in a.enumerated() {
        let (row, k) = index.quotientAndRemainder(dividingBy: depth)
        stored[isTransposed ? k * stride + row : row * stride + k] = value
      }
      let a = GuardedBuffer(stored)
      let plain = GuardedBuffer(b)
      let panels = GuardedBuffer(
        [Float](
          repeating: .nan, count: PanelCopyCall.elementCount(rows: depth, columns: columns)))
      testPools[0].run(
        PanelCopyCall(rows: depth, columns: columns, source: plain.pointer, target: panels.pointer))
      let isInPanels = layout == .panels
      return sameEverywhere(c) { kernels, pool, c in
        pool.run(
          MatrixProductCall(
            kernels: kernels, rows: rows, columns: columns, depth: depth, a: a.pointer,
            aRowStride: stride, transposesA: isTransposed,
            b: isInPanels ? panels.pointer : plain.pointer,
            bRowStride: isInPanels ? ProductArguments.panelColumns : columns,
            bPanelStride: isInPanels
              ? PanelCopyCall.panelStride(rows: depth) : ProductArguments.panelColumns,
            c: c, cRowStride: columns, accumulates: accumulates, keepsColumns: keepsColumns,
            threads: pool.cuts, epilogue: epilogue(kernels, c)))
      }
    }

    /// The product whose result lies in panels, each element doubled by its epilogue, row by row.
    func productInPanels(accumulates: Bool, transposesA: Bool) -> [Float] {
      let width = ProductArguments.panelColumns
      let stride = PanelCopyCall.panelStride(rows: rows)
      let places = (0..<rows * columns).map { index in
        let (row, column) = index.quotientAndRemainder(dividingBy: columns)
        return column / width * stride + row * width + column % width
      }
      var start = [Float](
        repeating: 17, count: PanelCopyCall.elementCount(rows: rows, columns: columns))
      for (place, value) in zip(places, c) { start[place] = value }
      let a = GuardedBuffer(
        transposesA ? (0..<rows * depth).map { self.a[$0 % rows * depth + $0 / rows] } : self.a)
      let b = GuardedBuffer(self.b)
      let found = sameEverywhere(start) { kernels, pool, c in
        let slot = LoopSlot(memory: c, stride: 4)
        pool.run(
          MatrixProductCall(
            kernels: kernels, rows: rows, columns: columns, depth: depth, a: a.pointer,
            aRowStride: transposesA ? rows : depth, transposesA: transposesA, b: b.pointer,
            bRowStride: columns, c: c, cRowStride: width, cPanelStride: stride,
            accumulates: accumulates, keepsColumns: true, threads: pool.cuts,
            epilogue: LoopCall(
              kernels, preamble: [], body: [LoopInstruction(.add, result: slot, a: slot, b: slot)],
              count: rows * columns, rowLength: columns, panelStride: stride)))
      }
      return places.map { found[$0] }
    }
  }

  /// In stretches of 16 columns either all sorts of numbers or none above 0.
  private static func gate(rows: Int, columns: Int) -> [Float] {
    var generator = TestGenerator(seed: UInt64(rows + columns))
    let closed: [Float] = [0, -0.0, -1, .nan, -.infinity]
    return (0..<rows).flatMap { row in
      (0..<(columns + 15) / 16).flatMap { _ in
        let isOpen = row % 4 > 0 && Bool.random(using: &generator)
        return (0..<16).map { _ in
          let shut = closed.randomElement(using: &generator)!
          return isOpen && Bool.random(using: &generator)
            ? Float.random(in: 0.1...2, using: &generator) : shut
        }
      }.prefix(columns)
    }
  }

  private static func loop(
    _ kernels: KernelTable, gate: UnsafeMutablePointer<Float>, of c: UnsafeMutablePointer<Float>,
    to result: UnsafeMutablePointer<Float>, _ shape: Shape, then rest: [LoopInstruction] = []
  ) -> LoopCall {
    LoopCall(
      kernels, preamble: [],
      body: [
        LoopInstruction(.gate, result: slot(result), a: slot(gate), b: slot(c))
      ] + rest, count: shape.rows * shape.columns, rowLength: shape.columns)
  }

  private static func slot(_ memory: UnsafeMutablePointer<Float>) -> LoopSlot {
    LoopSlot(memory: memory, stride: 4)
  }

  /// A product sees to its gate itself: no loop runs.
  @Test(arguments: shapes, [false, true])
  func whatAGateStopsIsZero(_ shape: Shape, _ accumulates: Bool) {
    struct Gate: RowEpilogue, @unchecked Sendable {
      let memory: UnsafeMutablePointer<Float>
      func run(rows: Range<Int>, columns: Range<Int>) { Issue.record("The product has done it.") }
      func gate(of result: UnsafeMutablePointer<Float>) -> UnsafePointer<Float>? {
        UnsafePointer(memory)
      }
    }
    let operands = Operands(shape)
    let gate = GuardedBuffer(Self.gate(rows: shape.rows, columns: shape.columns))
    let expected = zip(operands.chains(accumulates: accumulates), gate.elements).map {
      $1 > 0 ? $0 : 0
    }
    for layout in Layout.allCases {
      let found = operands.product(layout, accumulates: accumulates) { _, _ in
        Gate(memory: gate.pointer)
      }
      #expect(firstDifference(found, expected) == nil, "\(layout)")
    }
  }

  /// Only a loop that does nothing else, and where the result lies, leaves its gate to the product.
  @Test func loopsKnowTheirGates() {
    let shape = Shape(rows: 8, columns: 8, depth: 1, nonzeros: 10)
    let memory = (0..<4).map { _ in GuardedBuffer([Float](repeating: 1, count: 64)) }
    let (gate, c, other, third) = (
      memory[0].pointer, memory[1].pointer, memory[2].pointer, memory[3].pointer
    )
    func found(
      _ gate: UnsafeMutablePointer<Float>, _ result: UnsafeMutablePointer<Float>,
      then rest: [LoopInstruction] = []
    ) -> UnsafePointer<Float>? {
      Self.loop(
        supportedInstructionSets[0].kernels, gate: gate, of: c, to: result, shape, then: rest
      ).gate(of: c)
    }
    #expect(found(gate, c) == UnsafePointer(gate))
    #expect(found(gate, gate) == nil)
    #expect(found(gate, other) == nil)
    // The product's own numbers are its gate.
    #expect(found(c, c) == nil)
    // What the gate let through is read.
    let reader = LoopInstruction(
      .add, result: Self.slot(third), a: Self.slot(other), b: Self.slot(c))
    #expect(found(gate, c, then: [reader]) == nil)
    let sum = LoopCall(
      supportedInstructionSets[0].kernels, preamble: [], body: [reader], count: 64, rowLength: 8)
    #expect(sum.gate(of: c) == nil)
  }

  /// NaN is NaN, whatever its bits.
  private func firstDifference(_ found: [Float], _ expected: [Float]) -> String? {
    zip(found, expected).enumerated().first {
      $1.0.bitPattern != $1.1.bitPattern && !($1.0.isNaN && $1.1.isNaN)
    }.map { "[\($0)] is \($1.0), not \($1.1)" }
  }

  @Test(arguments: shapes, [false, true])
  func leavingOutZerosChangesNothing(_ shape: Shape, _ accumulates: Bool) {
    let operands = Operands(shape)
    let expected = operands.chains(accumulates: accumulates)
    for layout in Layout.allCases {
      let found = operands.product(layout, accumulates: accumulates)
      #expect(firstDifference(found, expected) == nil, "\(layout)")
    }
  }

  /// Of few examples, whose columns threads keep, and of many.
  @Test(arguments: panelShapes, [false, true])
  func aResultInPanelsHasTheSameBits(_ shape: Shape, _ accumulates: Bool) {
    let operands = Operands(shape)
    let expected = operands.chains(accumulates: accumulates).map { $0 + $0 }
    for transposesA in [false, true] {
      let found = operands.productInPanels(accumulates: accumulates, transposesA: transposesA)
      #expect(firstDifference(found, expected) == nil, "transposed: \(transposesA)")
    }
  }

  @Test(arguments: shapes) func threadsThatKeepColumnsChangeNothing(_ shape: Shape) {
    let operands = Operands(shape)
    let expected = operands.chains(accumulates: false)
    for layout in Layout.allCases {
      let found = operands.product(layout, accumulates: false, keepsColumns: true)
      #expect(firstDifference(found, expected) == nil, "\(layout)")
    }
  }

  /// 0 · ∞ is not 0.
  @Test(arguments: [Float.infinity, -.infinity, .nan, .greatestFiniteMagnitude])
  func zerosMeetWhatIsNotFinite(_ value: Float) {
    let columns = 364
    var operands = Operands(Shape(rows: 12, columns: columns, depth: 200, nonzeros: 3))
    for (row, column) in [(0, 7), (60, 140), (199, columns - 1)] {
      operands.b[row * columns + column] = value
    }
    // And where rows meet it with 0 alone: in a chunk, and in the half chunk behind the last one,
    // with AVX-512 and with AVX2.
    for row in 0..<12 { operands.a[row * 200 + 3] = 0 }
    for column in [5, 300, 340] { operands.b[3 * columns + column] = value }
    let expected = operands.chains(accumulates: false)
    #expect(expected.contains { $0.isNaN } == !(value.isFinite))
    for layout in Layout.allCases {
      #expect(
        firstDifference(operands.product(layout, accumulates: false), expected) == nil, "\(layout)")
    }
  }

  /// −0 + 0·b is +0 or −0, as b's sign has it; also where a sum has vanished from below on the way.
  @Test func zerosMeetSumsThatVanished() {
    var operands = Operands(Shape(rows: 18, columns: 256, depth: 140, nonzeros: 2))
    for row in 0..<18 where row % 3 < 2 {
      for k in 0..<140 { operands.a[row * 140 + k] = row % 2 == 0 ? 0 : -0.0 }
      // Too small for a float: the sum goes from −0 to −0.
      if row % 3 == 1 { operands.a[row * 140 + 70] = -.leastNormalMagnitude }
    }
    for k in 60..<80 {
      for column in 0..<200 { operands.b[k * 256 + column] = abs(operands.b[k * 256 + column]) / 2 }
    }
    operands.b = operands.b.enumerated().map { $0 % 256 < 100 ? -abs($1) : $1 }
    operands.c = operands.c.map { _ in -0.0 }
    // Products below the smallest normal number are 0 here.
    let expected = (0..<18 * 256).map { index in
      (0..<140).reduce(operands.c[index]) { sum, k in
        let next = sum.addingProduct(
          operands.a[index / 256 * 140 + k], operands.b[k * 256 + index % 256])
        return next.isSubnormal ? Float(signOf: next, magnitudeOf: 0) : next
      }
    }
    #expect(expected.contains { $0 == 0 && $0.sign == .minus })
    #expect(expected.contains { $0 == 0 && $0.sign == .plus })
    for layout in Layout.allCases {
      #expect(
        firstDifference(operands.product(layout, accumulates: true), expected) == nil, "\(layout)")
    }
  }
}
