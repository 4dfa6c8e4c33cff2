public import KernelInterface

/// The gradient of a convolution with respect to its images: `[N, OH, OW, Cout]` → `[N, H, W, Cin]`.
///
/// Each place of the window gives a patch: one chain of fused multiply-adds from 0 an element,
/// ascending in co. The patches are added to zeros in ascending order of (oy, ox).
public struct ConvolutionInputGradientCall: KernelCall, @unchecked Sendable {
  private let product: @Sendable (ProductArguments) -> Void
  private let addPatches: @Sendable (PatchArguments) -> Void
  private let geometry: WindowGeometry
  private let arguments: ProductArguments
  private let groups: ImageGroups
  private let inputGradient: UnsafeMutablePointer<Float>

  /// - Parameters:
  ///   - geometry: the images, the window and its steps.
  ///   - outputGradient: `[N, OH, OW, Cout]`.
  ///   - transposedWeights: `[Cout, KH·KW·Cin]`: run a ``TransposeCall`` of the weights first.
  ///   - inputGradient: `[N, H, W, Cin]`, without padding.
  ///   - scratch: ``scratchCount(geometry:outputChannels:)`` elements.
  public init(
    kernels: KernelTable, geometry: WindowGeometry, outputChannels: Int,
    outputGradient: UnsafePointer<Float>, transposedWeights: UnsafePointer<Float>,
    inputGradient: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    product = kernels.product
    addPatches = kernels.addPatches
    self.geometry = geometry
    self.inputGradient = inputGradient
    arguments = ProductArguments(
      a: outputGradient, rowAxis: SegmentedAxis(stride: outputChannels),
      depthAxis: SegmentedAxis(stride: 1), depth: outputChannels,
      b: transposedWeights, bRowStride: geometry.patchLength,
      c: scratch, cRowStride: geometry.patchLength, rows: 0..<0,
      columns: geometry.patchLength, accumulates: false)
    groups = Self.groups(geometry: geometry, outputChannels: outputChannels)
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

  /// The number of patches made before they are added: what the first-level cache holds.
  private static func blockLength(geometry: WindowGeometry) -> Int {
    max(1, min(max(12, min(8192 / max(1, geometry.patchLength), 96)), geometry.outputPixels))
  }

  public var taskCount: Int { groups.taskCount }

  public func run(task: Int) {
    let blockLength = Self.blockLength(geometry: geometry)
    var product = arguments
    product.c += task * blockLength * geometry.patchLength
    var patches = PatchArguments(
      geometry: geometry, patches: UnsafePointer(product.c), pixels: 0..<0, image: inputGradient,
      clears: true)
    for image in groups.range(task: task) {
      patches.image = inputGradient + image * geometry.imageLength
      patches.clears = true
      (0..<geometry.outputPixels).forEachBlock(of: blockLength) { pixels in
        let firstRow = image * geometry.outputPixels + pixels.lowerBound
        product.a = arguments.a + firstRow * arguments.rowAxis.stride
        product.rows = 0..<pixels.count
        self.product(product)
        patches.pixels = pixels
        addPatches(patches)
        patches.clears = false
      }
    }
  }
}
