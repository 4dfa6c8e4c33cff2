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
  private let memory: PooledConvolutionMemory?
  /// - Parameters:
  ///   - geometry: the images, the window and its steps.
  ///   - paddedInput: `[N, H, W, Cin]` with the padding around it, if there is any.
  ///   - weights: `[KH, KW, Cin, Cout]`.
  ///   - strips: of the pooling of images `[N, OH, OW, Cout]`.
  ///   - epilogue: called for each strip of the convolution before it is pooled.
  ///   - values: the maxima, if wanted.
  ///   - indices: their positions `y·OW + x`.
  ///   - memory: of earlier calls with these weights and this epilogue, if only values are wanted.
  public init(
    kernels: KernelTable, geometry: WindowGeometry, paddedInput: UnsafePointer<Float>,
    weights: UnsafePointer<Float>, strips: PlaneStrips, epilogue: (any StripEpilogue)? = nil,
    values: UnsafeMutablePointer<Float>?, indices: UnsafeMutablePointer<Int32>?,
    memory: PooledConvolutionMemory? = nil
  ) {
    convolve = kernels.product
    pool = kernels.poolArgmax
    self.strips = strips
    let bias = epilogue?.rectifiedBias
    self.epilogue = bias == nil ? epilogue : nil
    self.memory = indices == nil && values != nil ? memory : nil
    paddedImageLength = geometry.paddedImageLength
    let channels = strips.pooling.channels
    product = ProductArguments(
      a: paddedInput, rowAxis: geometry.placeAxis, depthAxis: geometry.patchAxis,
      depth: geometry.patchLength, b: weights, bRowStride: channels,
      // The strips are in scratch memory.
      c: UnsafeMutablePointer(mutating: weights), cRowStride: channels, rows: 0..<0,
      columns: channels, accumulates: false)
    // The images are in scratch memory too.
    pooling = PoolArguments(
      geometry: strips.pooling, images: 0..<1, input: weights, output: values,
      outputIndices: indices, rectifiedBias: bias)
    let operations = geometry.outputPixels * channels * geometry.patchLength
    groups = ImageGroups(
      images: geometry.images, operations: operations,
      operationsPerTask: TaskGrid.operationsPerTask)
    // Few images are cut into their strips.
    let isFew = self.memory == nil && geometry.images * 4 < TaskGrid.taskLimit
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
      let source = product.a + image * paddedImageLength
      let result = image * strips.pooling.outputPixels * strips.pooling.channels
      if let memory {
        recall(source, Int(memory.tracks[image]), memory, strip: strip)
        memory.copyValues(Int(memory.tracks[image]), to: pooling.output! + result)
        continue
      }
      var pooling = pooling
      pooling.output = pooling.output.map { $0 + result }
      pooling.outputIndices = pooling.outputIndices.map { $0 + result }
      for number in part * stripsPerTask..<min(strips.count, (part + 1) * stripsPerTask) {
        run(
          source, windowRows: strips.windowRows(number),
          windowColumns: 0..<strips.pooling.outputWidth, pooling, strip: strip)
      }
    }
  }

  /// Brings the values of a track to those of an image.
  private func recall(
    _ image: UnsafePointer<Float>, _ track: Int, _ memory: PooledConvolutionMemory,
    strip: UnsafeMutablePointer<Float>
  ) {
    var pooling = pooling
    pooling.output = memory.values(track)
    func run(_ rows: Range<Int>, _ columns: Range<Int>) {
      for first in stride(from: rows.lowerBound, to: rows.upperBound, by: strips.windowRowsPerStrip)
      {
        self.run(
          image,
          windowRows: first..<min(rows.upperBound, first + strips.windowRowsPerStrip),
          windowColumns: columns, pooling, strip: strip)
      }
    }
    if let known = memory.known(track) {
      memory.changedWindows.forEachRectangle(between: known, image) { run($0, $1) }
    } else {
      run(0..<strips.pooling.outputHeight, 0..<strips.pooling.outputWidth)
    }
    memory.remember(image, track: track)
  }

  /// Some windows of an image, whose pixels fit into a strip.
  private func run(
    _ image: UnsafePointer<Float>, windowRows: Range<Int>, windowColumns: Range<Int>,
    _ pooling: PoolArguments, strip: UnsafeMutablePointer<Float>
  ) {
    let rows = strips.pooling.pixelRows(windowRows)
    let columns = strips.pooling.pixelColumns(windowColumns)
    var (product, pooling) = (product, pooling)
    product.a =
      image + rows.lowerBound * product.rowAxis.segmentStride
      + columns.lowerBound * product.rowAxis.stride
    product.rowAxis.segmentLength = columns.count
    product.c = strip
    product.rows = 0..<rows.count * columns.count
    convolve(product)
    epilogue?.run(rows: product.rows.count, at: strip)
    // Where the first pixel of the whole image would be.
    pooling.imageRowStride = columns.count * product.columns
    pooling.input = UnsafePointer(
      strip - rows.lowerBound * pooling.imageRowStride - columns.lowerBound * product.columns)
    pooling.windowRows = windowRows
    pooling.windowColumns = windowColumns
    pool(pooling)
  }
}
