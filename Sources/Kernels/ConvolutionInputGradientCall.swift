internal import CKernelSupport
public import KernelInterface

/// The gradient of a convolution with respect to its images: `[N, OH, OW, Cout]` → `[N, H, W, Cin]`.
///
/// Each place of the window gives a patch: one chain of fused multiply-adds from 0 an element,
/// ascending in co. The patches are added to zeros in ascending order of (oy, ox).
public struct ConvolutionInputGradientCall: KernelCall, @unchecked Sendable {
  private let product: @Sendable (ProductArguments) -> Void
  private let addPatches: @Sendable (PatchArguments) -> Void
  private let addTaps: @Sendable (TapArguments) -> Void
  /// Makes the gradient without strips; nil where windows are others.
  private let unpooledImage: (@Sendable (UnpooledImageArguments) -> Bool)?
  private let geometry: WindowGeometry
  private let arguments: ProductArguments
  private let groups: ImageGroups
  private let inputGradient: UnsafeMutablePointer<Float>
  private let unpooling: Unpooling?
  /// The floats of a strip of the unpooling as planes; nil where it is made pixel by pixel.
  private let planesLength: Int?

  /// - Parameters:
  ///   - geometry: the images, the window and its steps.
  ///   - outputGradient: `[N, OH, OW, Cout]`.
  ///   - unpooling: makes the output gradient instead.
  ///   - transposedWeights: `[Cout, KH·KW·Cin]`: run a ``TransposeCall`` of the weights first, or a
  ///     ``PanelTransposeCall`` where it ``readsPanels(geometry:)``.
  ///   - inputGradient: `[N, H, W, Cin]`, without padding.
  ///   - scratch: ``scratchCount(geometry:outputChannels:)`` elements.
  public init(
    kernels: KernelTable, geometry: WindowGeometry, outputChannels: Int,
    outputGradient: UnsafePointer<Float>?, unpooling: Unpooling? = nil,
    transposedWeights: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    self.unpooling = unpooling
    product = kernels.product
    addPatches = kernels.addPatches
    addTaps = kernels.addTaps
    let isSuitable = unpooling.map {
      UnpooledImageArguments.areSuitable(geometry, pooling: $0.strips.pooling)
    }
    unpooledImage = isSuitable == true ? kernels.unpooledImage : nil
    planesLength = unpooling.flatMap { Self.planesLength($0.strips, geometry: geometry) }
    self.geometry = geometry
    self.inputGradient = inputGradient
    let readsPanels = Self.readsPanels(geometry: geometry)
    arguments = ProductArguments(
      a: outputGradient ?? UnsafePointer(scratch), rowAxis: SegmentedAxis(stride: outputChannels),
      depthAxis: SegmentedAxis(stride: 1), depth: outputChannels, b: transposedWeights,
      bRowStride: readsPanels ? ProductArguments.panelColumns : geometry.patchLength,
      bPanelStride: readsPanels
        ? PanelTransposeCall.panelStride(columns: outputChannels) : ProductArguments.panelColumns,
      c: scratch, cRowStride: geometry.patchLength, rows: 0..<0,
      columns: geometry.patchLength, accumulates: false)
    groups = Self.groups(geometry: geometry, outputChannels: outputChannels)
  }

  /// Whether the transposed weights are to be in panels: where patches are long, their rows are far
  /// from each other. Images of one channel have other ways.
  public static func readsPanels(geometry: WindowGeometry) -> Bool {
    geometry.channels > 1 && geometry.patchLength > 2 * ProductArguments.panelColumns
  }

  /// The number of floats that the call needs as scratch memory.
  public static func scratchCount(geometry: WindowGeometry, outputChannels: Int) -> Int {
    groups(geometry: geometry, outputChannels: outputChannels).taskCount
      * blockLength(geometry: geometry) * geometry.patchLength
  }

  private static func groups(geometry: WindowGeometry, outputChannels: Int) -> ImageGroups {
    ImageGroups(
      images: geometry.images,
      operations: geometry.outputPixels * geometry.patchLength * outputChannels,
      operationsPerTask: TaskGrid.operationsPerTask)
  }

  /// The number of patches made before they are added: what the first-level cache holds, in whole
  /// rows if there is room for one.
  private static func blockLength(geometry: WindowGeometry) -> Int {
    let length = max(12, min(8192 / max(1, geometry.patchLength), 96))
    let rows = length / max(1, geometry.outputWidth)
    return max(1, min(rows > 0 ? rows * geometry.outputWidth : length, geometry.outputPixels))
  }

  public var taskCount: Int { groups.taskCount }

  public func run(task: Int) {
    guard unpooling != nil else { return run(task: task, strip: nil) }
    var work = (call: self, task: task)
    withUnsafeMutablePointer(to: &work) { context in
      defend_with_scratch(context) { context, scratch in
        let work = context.assumingMemoryBound(to: (call: Self, task: Int).self)
        work.pointee.call.run(
          task: work.pointee.task, strip: scratch.assumingMemoryBound(to: Float.self))
      }
    }
  }

  private func run(task: Int, strip: UnsafeMutablePointer<Float>?) {
    for image in groups.range(task: task) {
      guard let strip, let unpooling else {
        let gradient = arguments.a + image * geometry.outputPixels * arguments.rowAxis.stride
        addPixels(0..<geometry.outputPixels, of: image, task: task, gradient)
        continue
      }
      if makeImage(image, unpooling) { continue }
      if let planesLength {
        addStrips(of: image, unpooling, planes: strip, taps: strip + planesLength)
        continue
      }
      for number in 0..<unpooling.strips.count {
        let rows = unpooling.make(number, image: image, at: strip)
        addPixels(
          rows.lowerBound * geometry.outputWidth..<rows.upperBound * geometry.outputWidth,
          of: image, task: task, UnsafePointer(strip))
      }
    }
  }

  /// - Returns: whether it was done.
  private func makeImage(_ image: Int, _ unpooling: Unpooling) -> Bool {
    guard let unpooledImage else { return false }
    return unpooledImage(
      UnpooledImageArguments(
        geometry: geometry, pooling: unpooling.windows(of: image), weights: arguments.b,
        image: inputGradient + image * geometry.imageLength))
  }

  /// Adds the patches of some pixels whose gradients are at `gradient`.
  private func addPixels(
    _ pixels: Range<Int>, of image: Int, task: Int, _ gradient: UnsafePointer<Float>
  ) {
    let blockLength = Self.blockLength(geometry: geometry)
    let unit = blockLength.isMultiple(of: geometry.outputWidth) ? geometry.outputWidth : 1
    var product = arguments
    product.c += task * blockLength * geometry.patchLength
    var patches = PatchArguments(
      geometry: geometry, patches: UnsafePointer(product.c), pixels: 0..<0,
      image: inputGradient + image * geometry.imageLength, clears: pixels.lowerBound == 0)
    pixels.forEachBlock(of: blockLength, unit: unit) { block in
      product.a = gradient + (block.lowerBound - pixels.lowerBound) * arguments.rowAxis.stride
      product.rows = 0..<block.count
      self.product(product)
      patches.pixels = block
      addPatches(patches)
      patches.clears = false
    }
  }

  /// The floats of the planes of a strip if the image has one channel, so that its patches are
  /// short, and planes and taps fit into a thread's scratch memory.
  private static func planesLength(_ strips: PlaneStrips, geometry: WindowGeometry) -> Int? {
    let pixels = strips.rowLimit * geometry.outputWidth
    // Whole cache lines.
    let length = (pixels * strips.pooling.channels + 15) / 16 * 16
    guard geometry.channels == 1, geometry.strideX == 1, !strips.pooling.isPadded,
      length + pixels * geometry.patchLength <= 16_384
    else { return nil }
    return length
  }

  /// Adds the patches of an image strip by strip, with the pixels of a strip as columns of the
  /// product: so nothing has to be taken apart, and no chain changes.
  private func addStrips(
    of image: Int, _ unpooling: Unpooling, planes: UnsafeMutablePointer<Float>,
    taps: UnsafeMutablePointer<Float>
  ) {
    for number in 0..<unpooling.strips.count {
      let rows = makeTapPlanes(number, of: image, unpooling, planes: planes, taps: taps)
      addTaps(
        TapArguments(
          geometry: geometry, taps: UnsafePointer(taps), rows: rows,
          image: inputGradient + image * geometry.imageLength, clears: number == 0))
    }
  }

  /// - Returns: the rows of windows.
  private func makeTapPlanes(
    _ strip: Int, of image: Int, _ unpooling: Unpooling, planes: UnsafeMutablePointer<Float>,
    taps: UnsafeMutablePointer<Float>
  ) -> Range<Int> {
    let rows = unpooling.makePlanes(strip, image: image, at: planes)
    let pixels = rows.count * geometry.outputWidth
    product(
      ProductArguments(
        a: arguments.b, rowAxis: SegmentedAxis(stride: 1),
        depthAxis: SegmentedAxis(stride: arguments.bRowStride), depth: arguments.depth,
        b: UnsafePointer(planes), bRowStride: pixels, c: taps, cRowStride: pixels,
        rows: 0..<geometry.patchLength, columns: pixels, accumulates: false))
    return rows
  }
}
