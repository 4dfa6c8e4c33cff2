import KernelInterface
import Kernels
import Testing

@Suite struct ConvolutionTests {
  /// Random operands of a case, and its padded images.
  private struct Operands {
    let input: [Float]
    let weights: [Float]
    let outputGradient: [Float]
    let paddedInput: GuardedBuffer<Float>

    init(_ windowCase: WindowCase) {
      let g = windowCase.geometry
      var generator = TestGenerator(seed: UInt64(g.imageLength * 31 + windowCase.outputChannels))
      input = generator.floats(g.images * g.imageLength)
      weights = generator.floats(g.patchLength * windowCase.outputChannels)
      outputGradient = generator.floats(g.images * g.outputPixels * windowCase.outputChannels)
      let source = GuardedBuffer(input)
      paddedInput = GuardedBuffer(
        sameEverywhere([Float](repeating: .nan, count: g.images * g.paddedImageLength)) {
          $1.run(PadCall(kernels: $0, geometry: g, input: source.pointer, output: $2))
        })
    }
  }

  @Test(arguments: WindowCase.all) func convolves(_ windowCase: WindowCase) {
    let (g, outputs) = (windowCase.geometry, windowCase.outputChannels)
    let operands = Operands(windowCase)
    let weights = GuardedBuffer(operands.weights)
    let count = g.images * g.outputPixels * outputs
    var reference = [Double](repeating: 0, count: count)
    var chain = [Float](repeating: 0, count: count)
    windowCase.forEachElement { place, element, offset in
      let value = offset.map { operands.input[$0] } ?? 0
      for co in 0..<outputs {
        let weight = operands.weights[element * outputs + co]
        reference[place * outputs + co] += Double(value) * Double(weight)
        chain[place * outputs + co].addProduct(value, weight)
      }
    }
    let result = sameEverywhere([Float](repeating: .nan, count: count)) { kernels, pool, pointer in
      pool.run(
        ConvolutionCall(
          kernels: kernels, geometry: g, outputChannels: outputs,
          paddedInput: operands.paddedInput.pointer, weights: weights.pointer, output: pointer))
    }
    expectClose(result, reference, scale: Double(g.patchLength))
    #expect(result == chain)
  }

  private struct Negation: RowEpilogue, @unchecked Sendable {
    let output: UnsafeMutablePointer<Float>
    let columns: Int
    func run(rows: Range<Int>, columns range: Range<Int>) {
      for row in rows {
        for index in row * columns + range.lowerBound..<row * columns + range.upperBound {
          output[index] = -output[index]
        }
      }
    }
  }

  @Test(arguments: WindowCase.all)
  func theEpilogueSeesEveryPixelOnce(_ windowCase: WindowCase) {
    let (g, outputs) = (windowCase.geometry, windowCase.outputChannels)
    let operands = Operands(windowCase)
    let weights = GuardedBuffer(operands.weights)
    func convolution(
      _ kernels: KernelTable, _ output: UnsafeMutablePointer<Float>,
      _ epilogue: (any RowEpilogue)?
    ) -> ConvolutionCall {
      ConvolutionCall(
        kernels: kernels, geometry: g, outputChannels: outputs,
        paddedInput: operands.paddedInput.pointer, weights: weights.pointer, output: output,
        epilogue: epilogue)
    }
    let initial = [Float](repeating: .nan, count: g.images * g.outputPixels * outputs)
    let plain = sameEverywhere(initial) { $1.run(convolution($0, $2, nil)) }
    let fused = sameEverywhere(initial) {
      $1.run(convolution($0, $2, Negation(output: $2, columns: outputs)))
    }
    #expect(fused == plain.map { -$0 })
  }

  @Test(arguments: WindowCase.all) func givesTheInputGradient(_ windowCase: WindowCase) {
    let (g, outputs) = (windowCase.geometry, windowCase.outputChannels)
    let operands = Operands(windowCase)
    let weights = GuardedBuffer(operands.weights)
    let gradient = GuardedBuffer(operands.outputGradient)
    let count = g.images * g.imageLength
    var reference = [Double](repeating: 0, count: count)
    var ordered = [Float](repeating: 0, count: count)
    windowCase.forEachElement { place, element, offset in
      guard let offset else { return }
      var product = Float(0)
      for co in 0..<outputs {
        let delta = operands.outputGradient[place * outputs + co]
        let weight = operands.weights[element * outputs + co]
        reference[offset] += Double(delta) * Double(weight)
        product.addProduct(delta, weight)
      }
      ordered[offset] += product
    }
    let result = sameEverywhere([Float](repeating: .nan, count: count)) { kernels, pool, pointer in
      let transposed = GuardedBuffer(
        [Float](
          repeating: .nan,
          count: PanelTransposeCall.elementCount(rows: g.patchLength, columns: outputs)))
      let scratchCount = ConvolutionInputGradientCall.scratchCount(
        geometry: g, outputChannels: outputs)
      let scratch = GuardedBuffer([Float](repeating: .nan, count: scratchCount))
      if ConvolutionInputGradientCall.readsPanels(geometry: g) {
        pool.run(
          PanelTransposeCall(
            kernels: kernels, rows: g.patchLength, columns: outputs, source: weights.pointer,
            target: transposed.pointer))
      } else {
        pool.run(
          TransposeCall(
            kernels: kernels, rows: g.patchLength, columns: outputs, source: weights.pointer,
            sourceRowStride: outputs, target: transposed.pointer, targetRowStride: g.patchLength))
      }
      pool.run(
        ConvolutionInputGradientCall(
          kernels: kernels, geometry: g, outputChannels: outputs,
          outputGradient: gradient.pointer, transposedWeights: transposed.pointer,
          inputGradient: pointer, scratch: scratch.pointer))
      #expect(scratch.isIntact && transposed.isIntact)
    }
    expectClose(result, reference, scale: Double(outputs * g.windowHeight * g.windowWidth))
    #expect(result.map(\.bitPattern) == ordered.map(\.bitPattern))
  }

  @Test(arguments: WindowCase.all, [false, true])
  func givesTheWeightGradient(_ windowCase: WindowCase, _ accumulates: Bool) {
    let (g, outputs) = (windowCase.geometry, windowCase.outputChannels)
    let operands = Operands(windowCase)
    let gradient = GuardedBuffer(operands.outputGradient)
    let initial: [Float] =
      accumulates ? operands.weights : operands.weights.map { _ in .nan }
    var chain = accumulates ? initial : initial.map { _ in 0 }
    var reference = chain.map { Double($0) }
    windowCase.forEachElement { place, element, offset in
      let value = offset.map { operands.input[$0] } ?? 0
      for co in 0..<outputs {
        let delta = operands.outputGradient[place * outputs + co]
        reference[element * outputs + co] += Double(value) * Double(delta)
        chain[element * outputs + co].addProduct(value, delta)
      }
    }
    let result = sameEverywhere(initial) { kernels, pool, pointer in
      pool.run(
        ConvolutionWeightGradientCall(
          kernels: kernels, geometry: g, outputChannels: outputs,
          paddedInput: operands.paddedInput.pointer, outputGradient: gradient.pointer,
          weightGradient: pointer, accumulates: accumulates))
    }
    expectClose(result, reference, scale: Double(g.images * g.outputPixels + 1))
    #expect(result == chain)
  }
}
