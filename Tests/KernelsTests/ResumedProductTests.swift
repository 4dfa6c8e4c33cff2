import KernelInterface
import Kernels
import Testing

/// Products of rows that change a little from call to call have the bits of products made anew.
@Suite struct ResumedProductTests {
  static let cases: [StripTests.Case] = [
    .init(WindowCase(5, 28, 28, 1, window: (4, 4), to: 32), window: (2, 2), stride: (2, 2)),
    .init(
      WindowCase(70, 9, 10, 1, window: (3, 3), padding: (1, 1, 1, 1), to: 3), window: (2, 3),
      stride: (2, 1)),
    .init(WindowCase(3, 41, 8, 2, window: (2, 2), to: 5), window: (2, 2), stride: (2, 2)),
    .init(WindowCase(2, 4, 4, 1, window: (1, 1), to: 1), window: (4, 4), stride: (4, 4)),
  ]

  @Test(arguments: cases, [1, 10, 40])
  func goesOnFromWhatWasKept(_ example: StripTests.Case, _ columns: Int) throws {
    let (g, p) = (example.convolution.geometry, example.pooling)
    let strips = try #require(PlaneStrips(pooling: p))
    let depth = p.outputPixels * p.channels
    for (index, set) in supportedInstructionSets.enumerated() {
      var generator = TestGenerator(seed: 9)
      let filters = GuardedBuffer(generator.floats(g.patchLength * p.channels))
      let input = GuardedBuffer(generator.floats(g.images * g.paddedImageLength))
      let tracks = GuardedBuffer((0..<g.images).map { Int32($0) })
      let memory = try #require(
        PooledConvolutionMemory(
          tracks: tracks.pointer, count: g.images, geometry: g, pooling: p))
      let sums = ResumedProductMemory(memory, columns: columns)
      let weights = GuardedBuffer(generator.floats(depth * columns))
      let values = GuardedBuffer([Float](repeating: .nan, count: g.images * depth))
      let result = GuardedBuffer([Float](repeating: .nan, count: g.images * columns))
      let expected = GuardedBuffer([Float](repeating: .nan, count: g.images * columns))
      let pool = testPools[index % testPools.count]
      let convolution = PooledConvolutionCall(
        kernels: set.kernels, geometry: g, paddedInput: input.pointer, weights: filters.pointer,
        strips: strips, values: values.pointer, indices: nil, memory: memory)
      let product = ResumedProductCall(
        kernels: set.kernels, rows: g.images, columns: columns, depth: depth, a: values.pointer,
        b: weights.pointer, bRowStride: columns, bPanelStride: ProductArguments.panelColumns,
        c: result.pointer, epilogue: nil, memory: sums)
      for round in 0..<16 {
        pool.run(convolution)
        pool.run(product)
        pool.run(
          MatrixProductCall(
            kernels: set.kernels, rows: g.images, columns: columns, depth: depth,
            a: values.pointer, aRowStride: depth, b: weights.pointer, bRowStride: columns,
            c: expected.pointer, cRowStride: columns))
        #expect(result.bits == expected.bits && result.isIntact, "\(set), round \(round)")
        let kept = (0..<g.images).filter { _ in Int.random(in: 0..<3, using: &generator) == 0 }
        for call in [convolution, product] as [any RowKeepingCall] {
          pool.run(kept.count) { call.keep(row: kept[$0]) }
        }
        if round == 5 { tracks.pointer.update(from: tracks.elements.reversed(), count: g.images) }
        if round == 10 { memory.forget() }
        for _ in 0..<[0, 1, 3, 9, 400][round % 5] {
          let place = Int.random(in: 0..<input.count, using: &generator)
          input.pointer[place] = Float.random(in: -1...1, using: &generator)
        }
      }
    }
  }
}
