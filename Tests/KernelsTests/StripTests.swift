import KernelInterface
import Kernels
import Testing

/// Kernels that pass images on strip by strip give the bits of kernels that pass them on whole.
@Suite struct StripTests {
  private struct Negation: RowEpilogue, StripEpilogue, @unchecked Sendable {
    let output: UnsafeMutablePointer<Float>
    let channels: Int

    func run(rows: Range<Int>, columns: Range<Int>) {
      #expect(columns == 0..<channels)
      negate(output + rows.lowerBound * channels, rows.count)
    }

    func run(rows: Int, at strip: UnsafeMutablePointer<Float>) { negate(strip, rows) }

    private func negate(_ values: UnsafeMutablePointer<Float>, _ rows: Int) {
      for index in 0..<rows * channels { values[index] = -values[index] }
    }
  }

  @Test(arguments: Case.all) func poolsAConvolution(_ example: Case) throws {
    let (g, p) = (example.convolution.geometry, example.pooling)
    let strips = try #require(PlaneStrips(pooling: p))
    var generator = TestGenerator(seed: 5)
    let input = GuardedBuffer(generator.floats(g.images * g.paddedImageLength))
    let weights = GuardedBuffer(generator.floats(g.patchLength * p.channels))
    let count = p.images * p.outputPixels * p.channels

    func whole(_ kernels: KernelTable, _ pool: ThreadPool) -> GuardedBuffer<Float> {
      let images = GuardedBuffer([Float](repeating: .nan, count: p.images * p.imageLength))
      pool.run(
        ConvolutionCall(
          kernels: kernels, geometry: g, outputChannels: p.channels,
          paddedInput: input.pointer, weights: weights.pointer, output: images.pointer,
          epilogue: Negation(output: images.pointer, channels: p.channels)))
      return images
    }
    let epilogue = Negation(output: weights.pointer, channels: p.channels)
    let values = sameEverywhere([Float](repeating: .nan, count: count)) { kernels, pool, result in
      withExtendedLifetime(whole(kernels, pool)) { images in
        pool.run(
          PoolArgmaxCall(
            kernels: kernels, geometry: p, input: images.pointer, values: result, indices: nil))
      }
    }
    let indices = sameEverywhere([Int32](repeating: -1, count: count)) { kernels, pool, result in
      withExtendedLifetime(whole(kernels, pool)) { images in
        pool.run(
          PoolArgmaxCall(
            kernels: kernels, geometry: p, input: images.pointer, values: nil, indices: result))
      }
    }
    let places = GuardedBuffer([Int32](repeating: -1, count: count))
    let stripValues = sameEverywhere([Float](repeating: .nan, count: count)) {
      $1.run(
        PooledConvolutionCall(
          kernels: $0, geometry: g, paddedInput: input.pointer, weights: weights.pointer,
          strips: strips, epilogue: epilogue, values: $2,
          indices: places.pointer))
    }
    #expect(places.elements == indices && places.isIntact)
    let stripIndices = sameEverywhere([Int32](repeating: -1, count: count)) {
      $1.run(
        PooledConvolutionCall(
          kernels: $0, geometry: g, paddedInput: input.pointer, weights: weights.pointer,
          strips: strips, epilogue: epilogue, values: nil, indices: $2))
    }
    #expect(values.map(\.bitPattern) == stripValues.map(\.bitPattern))
    #expect(indices == stripIndices)
  }

  /// What the pixels and biases of a convolution may be, besides numbers between −1 and 1.
  enum Extremes: CaseIterable {
    case none
    /// Black margins and pixels, and biases of both signs there.
    case black
    case noNumbers
    case infinity
    /// So that sums overflow.
    case largeNumbers

    /// Changes some of the pixels.
    func change(_ pixels: GuardedBuffer<Float>, width: Int, using generator: inout TestGenerator) {
      for place in 0..<pixels.count {
        let isRare = Int.random(in: 0..<20, using: &generator) == 0
        switch self {
        case .none: break
        case .black where place % width >= width / 3: pixels.pointer[place] = isRare ? 1 : -0.0
        case .black: break
        case .noNumbers where isRare: pixels.pointer[place] = .nan
        case .infinity where isRare: pixels.pointer[place] = .infinity
        case .largeNumbers where isRare: pixels.pointer[place] = 3e38
        default: break
        }
      }
    }
  }

  /// The bias before and the rectifier behind, which the pooling kernel does itself.
  @Test(arguments: Case.all + Case.ofOneChannel, Extremes.allCases) func rectifiesWhilePooling(
    _ example: Case, _ extremes: Extremes
  ) throws {
    let (g, p) = (example.convolution.geometry, example.pooling)
    let strips = try #require(PlaneStrips(pooling: p))
    var generator = TestGenerator(seed: 8)
    let input = GuardedBuffer(generator.floats(g.images * g.paddedImageLength))
    let weights = GuardedBuffer(generator.floats(g.patchLength * p.channels))
    let bias = GuardedBuffer(generator.floats(p.channels))
    extremes.change(input, width: g.paddedWidth * g.channels, using: &generator)
    if p.channels > 2 {
      bias.pointer[1] = extremes == .noNumbers ? .nan : 0
      bias.pointer[2] = -0.0
    }
    let count = p.images * p.outputPixels * p.channels

    func epilogue(_ kernels: KernelTable, _ memory: UnsafeMutableRawPointer) -> LoopCall {
      let (images, row) = (LoopSlot(memory: memory, stride: 4), LoopSlot(register: 0))
      let start = UnsafeMutableRawPointer(mutating: UnsafeRawPointer(bias.pointer))
      return LoopCall(
        kernels, preamble: [],
        body: [
          LoopInstruction(
            .repeatRow, result: row, a: LoopSlot(memory: start, stride: 0), columns: p.channels),
          LoopInstruction(.add, result: images, a: images, b: row),
        ], count: p.images * p.imageLength, rowLength: p.channels)
    }
    let places = GuardedBuffer([Int32](repeating: -1, count: count))
    let expected = sameEverywhere([Float](repeating: .nan, count: count)) { kernels, pool, result in
      let images = GuardedBuffer([Float](repeating: .nan, count: p.images * p.imageLength))
      pool.run(
        ConvolutionCall(
          kernels: kernels, geometry: g, outputChannels: p.channels,
          paddedInput: input.pointer, weights: weights.pointer, output: images.pointer))
      pool.run(epilogue(kernels, UnsafeMutableRawPointer(images.pointer)))
      withExtendedLifetime(images) {
        pool.run(
          PoolArgmaxCall(
            kernels: kernels, geometry: p, input: images.pointer, values: result,
            indices: places.pointer))
      }
      for place in 0..<count where result[place] < 0 { result[place] = 0 }
    }
    let expectedPlaces = places.elements
    let found = sameEverywhere([Float](repeating: .nan, count: count)) { kernels, pool, result in
      let epilogue = epilogue(kernels, LoopCall.stripMemory)
      #expect(epilogue.addedRow == UnsafePointer(bias.pointer))
      pool.run(
        PooledConvolutionCall(
          kernels: kernels, geometry: g, paddedInput: input.pointer, weights: weights.pointer,
          strips: strips, epilogue: epilogue, values: result, indices: places.pointer,
          isRectified: true))
    }
    #expect(found.map(\.bitPattern) == expected.map(\.bitPattern))
    #expect(places.elements == expectedPlaces && places.isIntact)
  }

  /// Images that change a little, much or not at all from call to call, on changing tracks.
  @Test(arguments: Case.all, [false, true]) func recallsWhatHasNotChanged(
    _ example: Case, hasEpilogue: Bool
  ) throws {
    let (g, p) = (example.convolution.geometry, example.pooling)
    let strips = try #require(PlaneStrips(pooling: p))
    let count = p.images * p.outputPixels * p.channels
    for (index, set) in supportedInstructionSets.enumerated() {
      var generator = TestGenerator(seed: 7)
      let weights = GuardedBuffer(generator.floats(g.patchLength * p.channels))
      let input = GuardedBuffer(generator.floats(g.images * g.paddedImageLength))
      let tracks = GuardedBuffer((0..<g.images).map { Int32($0) })
      let epilogue = Negation(output: weights.pointer, channels: p.channels)
      let memory = try #require(
        PooledConvolutionMemory(
          tracks: tracks.pointer, count: g.images, geometry: g, pooling: p))
      func values(_ memory: PooledConvolutionMemory?) -> GuardedBuffer<Float> {
        let values = GuardedBuffer([Float](repeating: .nan, count: count))
        testPools[index % testPools.count].run(
          PooledConvolutionCall(
            kernels: set.kernels, geometry: g, paddedInput: input.pointer,
            weights: weights.pointer, strips: strips, epilogue: hasEpilogue ? epilogue : nil,
            values: values.pointer, indices: nil, memory: memory))
        return values
      }
      for round in 0..<12 where g.images > 0 {
        let found = values(memory)
        #expect(found.bits == values(nil).bits && found.isIntact, "\(set), round \(round)")
        if round == 5 { tracks.pointer.update(from: tracks.elements.reversed(), count: g.images) }
        if round == 8 {
          for place in 0..<weights.count { weights.pointer[place] *= -0.5 }
          memory.forget()
        }
        for _ in 0..<[0, 1, 2, 5, 40][round % 5] {
          let place = Int.random(in: 0..<input.count, using: &generator)
          input.pointer[place] = [.nan, -0.0, 0, 0.25].randomElement(using: &generator)!
        }
      }
    }
  }

  @Test func windowsThatAreNoBitsAreNotRecalled() {
    let images = WindowCase(1, 4, 131, 1, window: (2, 2), to: 1).geometry
    let pooling = WindowCase(1, 3, 130, 1, window: (1, 2), stride: (1, 2), to: 0).geometry
    let track: [Int32] = [0]
    track.withUnsafeBufferPointer {
      #expect(
        PooledConvolutionMemory(
          tracks: $0.baseAddress!, count: 1, geometry: images, pooling: pooling) == nil)
    }
  }

  /// Values that a chain of sums could treat in its own way, with one kind of NaN each.
  static let rareValues: [[Float]] = [
    [], [.nan, -0.0, 0, .leastNonzeroMagnitude, -.leastNormalMagnitude],
    [.infinity, -.infinity, -0.0, 0, .greatestFiniteMagnitude],
  ]

  @Test(arguments: Case.all + Case.ofOneChannel, rareValues)
  func unpoolsForTheGradients(_ example: Case, _ rareValues: [Float]) throws {
    let (g, p) = (example.convolution.geometry, example.pooling)
    let strips = try #require(PlaneStrips(pooling: p))
    var generator = TestGenerator(seed: 6)
    let input = GuardedBuffer(generator.floats(g.images * g.paddedImageLength))
    let transposed = GuardedBuffer(
      generator.floats(
        PanelTransposeCall.elementCount(rows: g.patchLength, columns: p.channels)))
    let count = p.images * p.outputPixels * p.channels
    let values = GuardedBuffer(generator.floats(count))
    for place in 0..<count where Int.random(in: 0..<8, using: &generator) == 0 {
      values.pointer[place] = rareValues.randomElement(using: &generator) ?? 0
    }
    let indices = GuardedBuffer([Int32](repeating: 0, count: count))
    let scores = GuardedBuffer(generator.floats(p.images * p.imageLength))
    testPools[0].run(
      PoolArgmaxCall(
        kernels: InstructionSet.best.kernels, geometry: p, input: scores.pointer, values: nil,
        indices: indices.pointer))

    /// The gradient of the images and that of the weights, one after the other.
    func gradients(inStrips: Bool) -> [Float] {
      let initial = [Float](repeating: .nan, count: g.images * g.imageLength)
      let images = sameEverywhere(initial) { kernels, pool, result in
        let (whole, unpooling) = source(kernels, pool, inStrips: inStrips)
        let scratch = GuardedBuffer(
          [Float](
            repeating: .nan,
            count: ConvolutionInputGradientCall.scratchCount(
              geometry: g, outputChannels: p.channels)))
        withExtendedLifetime(whole) {
          pool.run(
            ConvolutionInputGradientCall(
              kernels: kernels, geometry: g, outputChannels: p.channels,
              outputGradient: whole?.pointer, unpooling: unpooling,
              transposedWeights: transposed.pointer, inputGradient: result,
              scratch: scratch.pointer))
        }
        #expect(scratch.isIntact)
      }
      let start = [Float](repeating: 0.5, count: g.patchLength * p.channels)
      return [false, true].reduce(images) { found, accumulates in
        found
          + sameEverywhere(start) { kernels, pool, result in
            let (whole, unpooling) = source(kernels, pool, inStrips: inStrips)
            withExtendedLifetime(whole) {
              pool.run(
                ConvolutionWeightGradientCall(
                  kernels: kernels, geometry: g, outputChannels: p.channels,
                  paddedInput: input.pointer, outputGradient: whole?.pointer,
                  unpooling: unpooling, weightGradient: result, accumulates: accumulates))
            }
          }
      }
    }
    func source(
      _ kernels: KernelTable, _ pool: ThreadPool, inStrips: Bool
    ) -> (GuardedBuffer<Float>?, Unpooling?) {
      if inStrips {
        return (
          nil,
          Unpooling(
            kernels: kernels, strips: strips, values: values.pointer, indices: indices.pointer)
        )
      }
      let whole = GuardedBuffer([Float](repeating: .nan, count: p.images * p.imageLength))
      pool.run(
        UnpoolCall(
          kernels: kernels, geometry: p, values: values.pointer, indices: indices.pointer,
          output: whole.pointer))
      return (whole, nil)
    }
    #expect(
      gradients(inStrips: true).map(\.bitPattern) == gradients(inStrips: false).map(\.bitPattern))
    // Products of zeros that are no zeros: the same ones on every instruction set. (They are NaN of
    // another kind than those above.)
    guard !rareValues.contains(where: \.isNaN) else { return }
    transposed.pointer[g.patchLength / 2] = -.infinity
    let inStrips = gradients(inStrips: true)
    // What no window covers is no product in strips.
    guard p.height % p.windowHeight == 0, p.width % p.windowWidth == 0 else { return }
    #expect(inStrips.map(\.bitPattern) == gradients(inStrips: false).map(\.bitPattern))
  }

  @Test func rowsOfWindowsThatOverlapHaveNoStrips() {
    let overlapping = WindowCase(1, 9, 9, 4, window: (3, 3), stride: (2, 3), to: 0)
    #expect(PlaneStrips(pooling: overlapping.geometry) == nil)
    let long = WindowCase(1, 4, 4096, 2, window: (2, 2), stride: (2, 2), to: 0)
    #expect(PlaneStrips(pooling: long.geometry) == nil)
    let nextToEachOther = WindowCase(1, 9, 9, 4, window: (3, 3), stride: (3, 2), to: 0)
    #expect(PlaneStrips(pooling: nextToEachOther.geometry) != nil)
  }
}
