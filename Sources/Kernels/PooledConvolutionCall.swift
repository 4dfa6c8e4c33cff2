internal import CKernelSupport
public import KernelInterface

/// A convolution whose result only a max-pooling reads: images `[N, H, W, Cin]` with weights
/// `[KH, KW, Cin, Cout]` to the maxima and their positions, strip by strip.
///
/// The bits are those of a ``ConvolutionCall`` and a ``PoolArgmaxCall``. What no window covers is
/// not computed.
public struct PooledConvolutionCall: KernelCall, @unchecked Sendable {
  private let convolve: @Sendable (ProductArguments) -> Void
  private let pool: @Sendable (PoolArguments) -> Void
  private let product: ProductArguments
  private let pooling: PoolArguments
  private let strips: PlaneStrips
  private let paddedImageLength: Int
  private let groups: ImageGroups
  private let stripsPerTask: Int
  private let epilogue: (any StripEpilogue)?

  /// - Parameters:
  ///   - geometry: the images, the window and its steps.
  ///   - paddedInput: `[N, H, W, Cin]` with the padding around it, if there is any.
  ///   - weights: `[KH, KW, Cin, Cout]`.
  ///   - strips: of the pooling of images `[N, OH, OW, Cout]`.
  ///   - epilogue: called for each strip of the convolution before it is pooled.
  ///   - values: the maxima, if wanted.
  ///   - indices: their positions `y·OW + x`.
  public init(
    kernels: KernelTable, geometry: WindowGeometry, paddedInput: UnsafePointer<Float>,
    weights: UnsafePointer<Float>, strips: PlaneStrips, epilogue: (any StripEpilogue)? = nil,
    values: UnsafeMutablePointer<Float>?, indices: UnsafeMutablePointer<Int32>?
  ) {
    convolve = kernels.product
    pool = kernels.poolArgmax
    self.strips = strips
    self.epilogue = epilogue
    paddedImageLength = geometry.paddedImageLength
    let channels = strips.pooling.channels
    var places = geometry.placeAxis
    places.segmentLength = strips.coveredWidth
    product = ProductArguments(
      a: paddedInput, rowAxis: places, depthAxis: geometry.patchAxis,
      depth: geometry.patchLength, b: weights, bRowStride: channels,
      // The strips are in scratch memory.
      c: UnsafeMutablePointer(mutating: weights), cRowStride: channels, rows: 0..<0,
      columns: channels, accumulates: false)
    // The images are in scratch memory too.
    var pooling = PoolArguments(
      geometry: strips.pooling, images: 0..<1, input: weights, output: values,
      outputIndices: indices)
    pooling.imageRowStride = strips.coveredWidth * channels
    self.pooling = pooling
    let operations = geometry.outputPixels * channels * geometry.patchLength
    groups = ImageGroups(
      images: geometry.images, operations: operations,
      operationsPerTask: TaskGrid.operationsPerTask)
    // Few images are cut into their strips.
    let isFew = geometry.images * 4 < TaskGrid.taskLimit
    let parts = isFew ? max(1, operations / TaskGrid.operationsPerTask) : 1
    stripsPerTask = max(1, (strips.count + parts - 1) / parts)
  }

  private var partCount: Int { (strips.count + stripsPerTask - 1) / stripsPerTask }
  public var taskCount: Int { groups.taskCount * partCount }

  public func run(task: Int) {
    var work = (call: self, task: task)
    withUnsafeMutablePointer(to: &work) { context in
      defend_with_scratch(context) { context, scratch in
        let work = context.assumingMemoryBound(to: (call: Self, task: Int).self)
        work.pointee.call.run(
          task: work.pointee.task, scratch: scratch.assumingMemoryBound(to: Float.self))
      }
    }
  }

  private func run(task: Int, scratch: UnsafeMutablePointer<Float>) {
    let (group, part) = task.quotientAndRemainder(dividingBy: partCount)
    let strip = LoopCall.aligned(scratch, rowLength: product.columns)
    for image in groups.range(task: group) {
      let result = image * strips.pooling.outputPixels * strips.pooling.channels
      var product = product
      product.a += image * paddedImageLength
      var pooling = pooling
      pooling.output = pooling.output.map { $0 + result }
      pooling.outputIndices = pooling.outputIndices.map { $0 + result }
      for number in part * stripsPerTask..<min(strips.count, (part + 1) * stripsPerTask) {
        let rows = strips.coveredRows(number)
        // Where row 0 of the image would be.
        let plane = strip - rows.lowerBound * pooling.imageRowStride
        product.c = plane
        product.rows =
          rows.lowerBound * strips.coveredWidth..<rows.upperBound * strips.coveredWidth
        convolve(product)
        epilogue?.run(rows: product.rows.count, at: strip)
        pooling.input = UnsafePointer(plane)
        pooling.windowRows = strips.windowRows(number)
        pool(pooling)
      }
    }
  }
}
