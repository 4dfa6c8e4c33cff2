internal import KernelInterface
internal import Kernels

// How products, convolutions and pooling meet their kernels: transposed copies and zero padding in
// scratch memory, and sums that begin with a third operand.

extension LoweringContext {
  mutating func appendProduct(transposesLeft: Bool, transposesRight: Bool) {
    let (left, right) = (operands[0], operands[1])
    let (rows, columns) = (result.shape[0], result.shape[1])
    let depth = transposesLeft ? left.shape[0] : left.shape[1]
    appendStart()
    append(
      MatrixProductCall(
        kernels: kernels, rows: rows, columns: columns, depth: depth, a: left.floats,
        aRowStride: left.shape[1], transposesA: transposesLeft,
        b: transposesRight ? panels(right, rows: columns, columns: depth) : right.floats,
        bRowStride: transposesRight ? ProductArguments.panelColumns : columns,
        bPanelStride: transposesRight
          ? PanelTransposeCall.panelStride(columns: depth) : ProductArguments.panelColumns,
        c: result.floats, cRowStride: columns, accumulates: operands.count > 2,
        epilogue: epilogue))
  }

  /// A sum that begins with a third operand begins with it in the result's memory.
  private mutating func appendStart() {
    guard operands.count > 2, operands[2].pointer != result.pointer else { return }
    append(
      StridedCopyCall(
        operands[2].pointer, result.pointer, [result.count], sourceStrides: [1], elementSize: 4))
  }

  /// The transpose of `[rows, columns]` in panels: made once a run from a variable, which keeps its
  /// value until the run ends, and in scratch memory from anything else.
  private mutating func panels(
    _ operand: BufferView, rows: Int, columns: Int
  ) -> UnsafeMutablePointer<Float> {
    let byteCount = PanelTransposeCall.elementCount(rows: rows, columns: columns) * 4
    let (memory, isFilled) = panelMemory(operand, columns: columns, byteCount: byteCount)
    let target = memory.assumingMemoryBound(to: Float.self)
    if isFilled { return target }
    append(
      PanelTransposeCall(
        kernels: kernels, rows: rows, columns: columns, source: operand.floats, target: target))
    return target
  }

  /// The transpose, `[rows, columns]` to `[columns, rows]`, in scratch memory.
  private mutating func transposed(
    _ operand: BufferView, rows: Int, columns: Int
  ) -> UnsafeMutablePointer<Float> {
    let target = scratch(byteCount: rows * columns * 4).assumingMemoryBound(to: Float.self)
    append(
      TransposeCall(
        kernels: kernels, rows: rows, columns: columns, source: operand.floats,
        sourceRowStride: columns, target: target, targetRowStride: rows))
    return target
  }

  mutating func appendConvolution(_ placement: WindowPlacement) {
    let (image, weights) = (operands[0], operands[1])
    let geometry = placement.geometry(images: image.shape, window: Array(weights.shape[0...1]))
    append(
      ConvolutionCall(
        kernels: kernels, geometry: geometry, outputChannels: weights.shape[3],
        paddedInput: padded(image, geometry), weights: weights.floats, output: result.floats,
        epilogue: epilogue))
  }

  mutating func appendConvolutionInputGradient(_ placement: WindowPlacement) {
    let (output, weights) = (operands[0], operands[1])
    let geometry = placement.geometry(images: result.shape, window: Array(weights.shape[0...1]))
    let channels = weights.shape[3]
    let count = ConvolutionInputGradientCall.scratchCount(
      geometry: geometry, outputChannels: channels)
    append(
      ConvolutionInputGradientCall(
        kernels: kernels, geometry: geometry, outputChannels: channels,
        outputGradient: output.floats,
        transposedWeights: transposed(weights, rows: geometry.patchLength, columns: channels),
        inputGradient: result.floats,
        scratch: scratch(byteCount: count * 4).assumingMemoryBound(to: Float.self)))
  }

  mutating func appendConvolutionWeightGradient(_ placement: WindowPlacement) {
    let (image, output) = (operands[0], operands[1])
    let geometry = placement.geometry(images: image.shape, window: Array(result.shape[0...1]))
    appendStart()
    append(
      ConvolutionWeightGradientCall(
        kernels: kernels, geometry: geometry, outputChannels: result.shape[3],
        paddedInput: padded(image, geometry), outputGradient: output.floats,
        weightGradient: result.floats, accumulates: operands.count > 2))
  }

  mutating func appendPoolArgmax(window: [Int], _ placement: WindowPlacement) {
    append(
      PoolArgmaxCall(
        kernels: kernels,
        geometry: placement.geometry(images: operands[0].shape, window: window),
        input: operands[0].floats, values: companion?.floats, indices: result.integers))
  }

  mutating func appendPoolGather(window: [Int], _ placement: WindowPlacement) {
    append(
      PoolGatherCall(
        kernels: kernels,
        geometry: placement.geometry(images: operands[0].shape, window: window),
        input: operands[0].floats, indices: operands[1].integers, values: result.floats))
  }

  mutating func appendUnpool(window: [Int], _ placement: WindowPlacement) {
    append(
      UnpoolCall(
        kernels: kernels, geometry: placement.geometry(images: result.shape, window: window),
        values: operands[0].floats, indices: operands[1].integers, output: result.floats))
  }

  /// The images with their zeros around them, in scratch memory; as they are if there are none.
  private mutating func padded(
    _ images: BufferView, _ geometry: WindowGeometry
  ) -> UnsafeMutablePointer<Float> {
    guard geometry.isPadded else { return images.floats }
    let target = scratch(byteCount: geometry.images * geometry.paddedImageLength * 4)
      .assumingMemoryBound(to: Float.self)
    append(PadCall(kernels: kernels, geometry: geometry, input: images.floats, output: target))
    return target
  }
}

extension WindowPlacement {
  fileprivate func geometry(images: [Int], window: [Int]) -> WindowGeometry {
    WindowGeometry(
      images: images[0], height: images[1], width: images[2], channels: images[3],
      windowHeight: window[0], windowWidth: window[1], strideY: strideY, strideX: strideX,
      paddingTop: top, paddingLeft: left, paddingBottom: bottom, paddingRight: right)
  }
}
