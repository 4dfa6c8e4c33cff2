internal import CKernelSupport
public import KernelInterface

/// A convolution whose result only a max-pooling reads: images `[N, H, W, Cin]` with weights
/// `[KH, KW, Cin, Cout]` to the maxima and their positions, strip by strip.
///
/// The bits are those of a ``ConvolutionCall`` and a ``PoolArgmaxCall``. What no window covers is
/// not computed.
public struct PooledConvolutionCall: RowKeepingCall, @unchecked Sendable {
  private let convolve: @Sendable (ProductArguments) -> Void
  private let pool: @Sendable (PoolArguments) -> Void
  /// Does both without strips; nil where windows or channels are others.
  private let convolvePooled: (@Sendable (PooledConvolutionArguments) -> Bool)?
  private let geometry: WindowGeometry
  private let product: ProductArguments
  private let pooling: PoolArguments
  private let strips: PlaneStrips
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
  ///   - isRectified: whether maxima below 0 become 0.
  ///   - memory: of earlier calls with these weights and this epilogue, if only values are wanted.
  public init(
    kernels: KernelTable, geometry: WindowGeometry, paddedInput: UnsafePointer<Float>,
    weights: UnsafePointer<Float>, strips: PlaneStrips, epilogue: (any StripEpilogue)? = nil,
    values: UnsafeMutablePointer<Float>?, indices: UnsafeMutablePointer<Int32>?,
    isRectified: Bool = false, memory: PooledConvolutionMemory? = nil
  ) {
    convolve = kernels.product
    pool = kernels.poolArgmax
    self.strips = strips
    self.geometry = geometry
    let bias = epilogue?.addedRow
    self.epilogue = bias == nil ? epilogue : nil
    let isSuitable = PooledConvolutionArguments.areSuitable(
      geometry, pooling: strips.pooling, lanes: kernels.lanes)
    convolvePooled = isSuitable && self.epilogue == nil ? kernels.pooledConvolution : nil
    self.memory = indices == nil && values != nil ? memory : nil
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
      outputIndices: indices, bias: bias, isRectified: isRectified)
    let operations = geometry.outputPixels * channels * geometry.patchLength
    groups = ImageGroups(
      images: geometry.images, operations: operations,
      operationsPerTask: TaskGrid.operationsPerTask)
    // Few images are cut into their strips.
    let isFew = self.memory == nil && geometry.images * 4 < TaskGrid.taskLimit
    let parts = isFew ? max(1, operations / TaskGrid.operationsPerTask) : 1
    stripsPerTask = max(1, (strips.count + parts - 1) / parts)
  }

  private var rowsPerTask: Int { stripsPerTask * strips.windowRowsPerStrip }
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
      let source = product.a + image * geometry.paddedImageLength
      let result = image * strips.pooling.outputPixels * strips.pooling.channels
      if let memory {
        if let output = pooling.output { run(image, memory, to: output + result, strip: strip) }
        continue
      }
      var pooling = pooling
      pooling.output = pooling.output.map { $0 + result }
      pooling.outputIndices = pooling.outputIndices.map { $0 + result }
      let rows = part * rowsPerTask..<min(strips.pooling.outputHeight, (part + 1) * rowsPerTask)
      run(
        source, windowRows: rows, windowColumns: 0..<strips.pooling.outputWidth, pooling,
        strip: strip)
    }
  }

  public func keep(row: Int) {
    guard let memory, !memory.isNew(row) else { return }
    var work = (call: self, row: row)
    withUnsafeMutablePointer(to: &work) { context in
      defend_with_scratch(context) { context, scratch in
        let (call, row) = context.assumingMemoryBound(to: (call: Self, row: Int).self).pointee
        guard let memory = call.memory else { return }
        let track = Int(memory.tracks[row])
        let strip = LoopCall.aligned(
          scratch.assumingMemoryBound(to: Float.self), rowLength: call.product.columns)
        let image = memory.lastImage(track)
        let values = memory.values(track)
        _ = call.bringUp(values, from: memory.known(track), to: image, memory, strip)
        memory.remember(image, values: values, track: track)
      }
    }
  }

  /// Writes the values of an image from those that are kept of its track and what has changed.
  private func run(
    _ row: Int, _ memory: PooledConvolutionMemory, to output: UnsafeMutablePointer<Float>,
    strip: UnsafeMutablePointer<Float>
  ) {
    let image = product.a + row * geometry.paddedImageLength
    let track = Int(memory.tracks[row])
    memory.copyValues(track, to: output)
    let changes = bringUp(output, from: memory.known(track), to: image, memory, strip)
    if changes.windows <= strips.pooling.outputPixels / 2 {
      memory.firstChanged[row] = Int32(changes.first)
      memory.noteLast(image, track: track)
    } else {
      // Another image altogether, which what follows will resemble more.
      memory.firstChanged[row] = -1
      memory.remember(image, values: output, track: track)
    }
  }

  /// Brings the values of one image, or of none, to those of another.
  /// - Returns: the first value that was computed (their number if none was), and the windows that
  ///   were.
  private func bringUp(
    _ values: UnsafeMutablePointer<Float>, from old: UnsafePointer<Float>?,
    to image: UnsafePointer<Float>, _ memory: PooledConvolutionMemory,
    _ strip: UnsafeMutablePointer<Float>
  ) -> (first: Int, windows: Int) {
    var pooling = pooling
    pooling.output = values
    var first = memory.valueLength
    var windows = 0
    func run(_ rows: Range<Int>, _ columns: Range<Int>) {
      windows += rows.count * columns.count
      first = min(
        first,
        rows.lowerBound * memory.windowRowLength + columns.lowerBound * pooling.geometry.channels)
      self.run(image, windowRows: rows, windowColumns: columns, pooling, strip: strip)
    }
    if let old {
      memory.changedWindows.forEachRectangle(between: old, image) { run($0, $1) }
    } else {
      run(0..<strips.pooling.outputHeight, 0..<strips.pooling.outputWidth)
    }
    return (first, windows)
  }

  /// Some windows of an image.
  private func run(
    _ image: UnsafePointer<Float>, windowRows: Range<Int>, windowColumns: Range<Int>,
    _ pooling: PoolArguments, strip: UnsafeMutablePointer<Float>
  ) {
    var pooling = pooling
    (pooling.windowRows, pooling.windowColumns) = (windowRows, windowColumns)
    if let convolvePooled,
      convolvePooled(
        PooledConvolutionArguments(
          geometry: geometry, image: image, weights: product.b, pooling: pooling))
    {
      return
    }
    let (end, step) = (windowRows.upperBound, strips.windowRowsPerStrip)
    for start in stride(from: windowRows.lowerBound, to: end, by: step) {
      pooling.windowRows = start..<min(end, start + step)
      run(image, pooling, strip: strip)
    }
  }

  /// Some windows of an image, whose pixels fit into a strip.
  private func run(
    _ image: UnsafePointer<Float>, _ pooling: PoolArguments, strip: UnsafeMutablePointer<Float>
  ) {
    let (windowRows, windowColumns) = (pooling.windowRows, pooling.windowColumns)
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
    pool(pooling)
  }
}
