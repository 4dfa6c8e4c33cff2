internal import KernelInterface
internal import Kernels

// How convolutions and pooling meet their kernels: zero padding in scratch memory, and operands
// that are made strip by strip.

extension LoweringContext {
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
    let unpooling = unpooling(of: output)
    let count = ConvolutionInputGradientCall.scratchCount(
      geometry: geometry, outputChannels: channels)
    let transposedWeights =
      ConvolutionInputGradientCall.readsPanels(geometry: geometry)
      ? transposedPanels(weights, rows: geometry.patchLength, columns: channels)
      : transposed(weights, rows: geometry.patchLength, columns: channels)
    append(
      ConvolutionInputGradientCall(
        kernels: kernels, geometry: geometry, outputChannels: channels,
        outputGradient: unpooling == nil ? output.floats : nil, unpooling: unpooling,
        transposedWeights: transposedWeights,
        inputGradient: result.floats,
        scratch: scratch(byteCount: count * 4).assumingMemoryBound(to: Float.self)))
  }

  mutating func appendConvolutionWeightGradient(_ placement: WindowPlacement) {
    let (image, output) = (operands[0], operands[1])
    let geometry = placement.geometry(images: image.shape, window: Array(result.shape[0...1]))
    let unpooling = unpooling(of: output)
    appendStart()
    append(
      ConvolutionWeightGradientCall(
        kernels: kernels, geometry: geometry, outputChannels: result.shape[3],
        paddedInput: padded(image, geometry),
        outputGradient: unpooling == nil ? output.floats : nil, unpooling: unpooling,
        weightGradient: result.floats, accumulates: operands.count > 2))
  }

  mutating func appendPoolArgmax(window: [Int], _ placement: WindowPlacement) {
    if let producer, let convolution = producer.operation as? Convolution {
      return appendPooledConvolution(
        convolution.placement, producer, window: window, poolPlacement: placement)
    }
    append(
      PoolArgmaxCall(
        kernels: kernels,
        geometry: placement.geometry(images: operands[0].shape, window: window),
        input: operands[0].floats, values: companion?.floats,
        indices: isResultRead ? result.integers : nil, isRectified: isCompanionRectified))
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

  /// The convolution makes the operand strip by strip.
  private mutating func appendPooledConvolution(
    _ placement: WindowPlacement, _ producer: Producer, window: [Int],
    poolPlacement: WindowPlacement
  ) {
    let (image, weights) = (producer.operands[0], producer.operands[1])
    let geometry = placement.geometry(images: image.shape, window: Array(weights.shape[0...1]))
    let pooling = poolPlacement.geometry(images: operands[0].shape, window: window)
    append(
      PooledConvolutionCall(
        kernels: kernels, geometry: geometry, paddedInput: padded(image, geometry),
        weights: weights.floats, strips: PlaneStrips(pooling: pooling)!,
        epilogue: producer.loop, values: companion?.floats,
        indices: isResultRead ? result.integers : nil, isRectified: isCompanionRectified,
        memory: rowMemory?.ofConvolution(geometry, pooling: pooling)))
  }

  /// What makes the gradient of a convolution's result strip by strip; nil where it has memory.
  private func unpooling(of gradient: BufferView) -> Unpooling? {
    guard let producer, let unpool = producer.operation as? Unpool else { return nil }
    let geometry = unpool.placement.geometry(images: gradient.shape, window: unpool.window)
    return Unpooling(
      kernels: kernels, strips: PlaneStrips(pooling: geometry)!,
      values: producer.operands[0].floats, indices: producer.operands[1].integers)
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
  func geometry(images: [Int], window: [Int]) -> WindowGeometry {
    WindowGeometry(
      images: images[0], height: images[1], width: images[2], channels: images[3],
      windowHeight: window[0], windowWidth: window[1], strideY: strideY, strideX: strideX,
      paddingTop: top, paddingLeft: left, paddingBottom: bottom, paddingRight: right)
  }
}
