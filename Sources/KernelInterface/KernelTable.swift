/// The kernels of one instruction set: plain functions over raw pointers.
///
/// The same source is compiled once for every instruction set, and every entry gives the same bits
/// in all of them: each function documents its order of summation.
public final class KernelTable: Sendable {
  /// The number of float32 lanes of the vectors these kernels were built with.
  public let lanes: Int

  /// The product that drives everything: one chain of fused multiply-adds in ascending k.
  public let product: @Sendable (ProductArguments) -> Void
  /// A product that is the gradient of weights, and the step of Adam that the instructions of a
  /// `mixAndStep` are, whose gradient has the product's memory; that is not written. False, with
  /// nothing done, if it has to be done otherwise.
  public let productWithAdamStep:
    @Sendable (ProductArguments, _ step: UnsafePointer<LoopInstruction>) -> Bool
  /// A convolution and the pooling of its result; false if it has to be done otherwise.
  public let pooledConvolution: @Sendable (PooledConvolutionArguments) -> Bool
  /// The gradient of a convolution's weights from that of its pooled result.
  public let unpooledProduct: @Sendable (UnpooledProductArguments) -> Void
  /// The gradient of a convolution's image from that of its pooled result; false if it has to be
  /// made otherwise.
  public let unpooledImage: @Sendable (UnpooledImageArguments) -> Bool
  /// The transpose of a matrix.
  public let transpose: @Sendable (TransposeArguments) -> Void
  /// Patches added into an image, in ascending order of the windows.
  public let addPatches: @Sendable (PatchArguments) -> Void
  /// What the taps of a window give, added into an image of one channel.
  public let addTaps: @Sendable (TapArguments) -> Void
  /// Images with zeros around them.
  public let padImages: @Sendable (PadArguments) -> Void
  /// Max-pooling: values, indices or both.
  public let poolArgmax: @Sendable (PoolArguments) -> Void
  /// The elements at the indices of a pooling.
  public let poolGather: @Sendable (PoolArguments) -> Void
  /// Values added at the indices of a pooling, in ascending order of the windows.
  public let unpool: @Sendable (PoolArguments) -> Void
  /// The same for whole rows of windows that lie in the image, to a plane for each channel:
  /// `[C, clearedRows.count, W]`.
  public let unpoolPlanes: @Sendable (PoolArguments) -> Void

  /// Runs a loop over `count` elements from `start` and from as many further places as `rows` says,
  /// `rowLength` elements apart, with scratch memory for its registers.
  public let loop:
    @Sendable (
      _ program: LoopProgram, _ start: Int, _ count: Int, _ rows: Int, _ rowLength: Int,
      _ scratch: UnsafeMutableRawPointer
    ) -> Void

  /// Sums `[length, inner]` over the rows for columns `start ..< end` of the inner axis:
  /// row `r` goes to partial sum `r mod 16`; the partial sums are joined as a tree.
  public let sumRows:
    @Sendable (
      _ source: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>, _ length: Int,
      _ inner: Int, _ start: Int, _ end: Int
    ) -> Void

  /// The sum of `length` neighbouring elements, in the order of `sumRows`.
  public let sumRun: @Sendable (_ source: UnsafePointer<Float>, _ length: Int) -> Float

  /// The softmax of rows of `classes` logits.
  public let softmax:
    @Sendable (
      _ logits: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>, _ rows: Int,
      _ classes: Int
    ) -> Void

  /// The cross-entropy of rows of `classes` logits with one label a row.
  public let crossEntropy:
    @Sendable (
      _ logits: UnsafePointer<Float>, _ labels: UnsafePointer<Int32>,
      _ result: UnsafeMutablePointer<Float>, _ rows: Int, _ classes: Int
    ) -> Void

  /// How far an image is from bytes / 255, in Double, where it is furthest (NaN where a pixel is),
  /// and how many of its pixels are not in 0…1.
  public let pixelChange:
    @Sendable (_ image: UnsafePointer<Float>, _ original: UnsafePointer<UInt8>, _ count: Int)
      -> (largest: Double, outside: Int)

  /// Fills a row with the uniform numbers in `0 ..< 1` of a key and an example: element i is the
  /// upper 24 bits of word i mod 4 of Philox-4×32 under `key`, at the counter (i / 4, example, 0, 0).
  public let uniformNumbers:
    @Sendable (
      _ key: SIMD2<UInt32>, _ example: UInt32, _ result: UnsafeMutablePointer<Float>, _ count: Int
    ) -> Void

  /// Runs 12 chains of fused multiply-adds on registers, `iterations` long each.
  public let multiplyAddRegisters: @Sendable (_ iterations: Int) -> Float

  public init(
    lanes: Int,
    multiplyAddRegisters: @escaping @Sendable (Int) -> Float,
    product: @escaping @Sendable (ProductArguments) -> Void,
    productWithAdamStep:
      @escaping @Sendable (ProductArguments, UnsafePointer<LoopInstruction>) -> Bool,
    pooledConvolution: @escaping @Sendable (PooledConvolutionArguments) -> Bool,
    unpooledProduct: @escaping @Sendable (UnpooledProductArguments) -> Void,
    unpooledImage: @escaping @Sendable (UnpooledImageArguments) -> Bool,
    transpose: @escaping @Sendable (TransposeArguments) -> Void,
    addPatches: @escaping @Sendable (PatchArguments) -> Void,
    addTaps: @escaping @Sendable (TapArguments) -> Void,
    padImages: @escaping @Sendable (PadArguments) -> Void,
    poolArgmax: @escaping @Sendable (PoolArguments) -> Void,
    poolGather: @escaping @Sendable (PoolArguments) -> Void,
    unpool: @escaping @Sendable (PoolArguments) -> Void,
    unpoolPlanes: @escaping @Sendable (PoolArguments) -> Void,
    loop:
      @escaping @Sendable (LoopProgram, Int, Int, Int, Int, UnsafeMutableRawPointer) -> Void,
    sumRows:
      @escaping @Sendable (
        UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int, Int, Int, Int
      ) -> Void,
    sumRun: @escaping @Sendable (UnsafePointer<Float>, Int) -> Float,
    softmax:
      @escaping @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int, Int) -> Void,
    crossEntropy:
      @escaping @Sendable (
        UnsafePointer<Float>, UnsafePointer<Int32>, UnsafeMutablePointer<Float>, Int, Int
      ) -> Void,
    pixelChange:
      @escaping @Sendable (UnsafePointer<Float>, UnsafePointer<UInt8>, Int)
      -> (largest: Double, outside: Int),
    uniformNumbers:
      @escaping @Sendable (SIMD2<UInt32>, UInt32, UnsafeMutablePointer<Float>, Int) -> Void
  ) {
    self.lanes = lanes
    self.multiplyAddRegisters = multiplyAddRegisters
    self.loop = loop
    self.sumRows = sumRows
    self.sumRun = sumRun
    self.pixelChange = pixelChange
    self.uniformNumbers = uniformNumbers
    self.softmax = softmax
    self.crossEntropy = crossEntropy
    self.product = product
    self.productWithAdamStep = productWithAdamStep
    self.pooledConvolution = pooledConvolution
    self.unpooledProduct = unpooledProduct
    self.unpooledImage = unpooledImage
    self.transpose = transpose
    self.addPatches = addPatches
    self.addTaps = addTaps
    self.padImages = padImages
    self.poolArgmax = poolArgmax
    self.poolGather = poolGather
    self.unpool = unpool
    self.unpoolPlanes = unpoolPlanes
  }
}
