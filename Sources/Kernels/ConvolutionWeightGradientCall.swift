public import KernelInterface

/// The gradient of a convolution with respect to its weights: `[KH, KW, Cin, Cout]`.
///
/// Every element is one chain of fused multiply-adds, ascending in (n, oy, ox), from 0 or, when
/// accumulating, from the stored element.
public struct ConvolutionWeightGradientCall: KernelCall, @unchecked Sendable {
  private let kernel: @Sendable (ProductArguments) -> Void
  private let geometry: WindowGeometry
  private let arguments: ProductArguments
  private let grid: TaskGrid

  /// - Parameters:
  ///   - geometry: the images, the window and its steps.
  ///   - paddedInput: `[N, H, W, Cin]` with the padding around it, if there is any (``PadCall``).
  ///   - outputGradient: `[N, OH, OW, Cout]`.
  ///   - weightGradient: `[KH, KW, Cin, Cout]`.
  public init(
    kernels: KernelTable, geometry: WindowGeometry, outputChannels: Int,
    paddedInput: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
    weightGradient: UnsafeMutablePointer<Float>, accumulates: Bool = false
  ) {
    kernel = kernels.product
    self.geometry = geometry
    arguments = ProductArguments(
      a: paddedInput, rowAxis: geometry.patchAxis, depthAxis: geometry.placeAxis,
      depth: geometry.outputPixels, b: outputGradient, bRowStride: outputChannels,
      c: weightGradient, cRowStride: outputChannels, rows: 0..<geometry.patchLength,
      columns: outputChannels, accumulates: accumulates)
    grid = TaskGrid(
      rows: geometry.patchLength, columns: outputChannels,
      operations: geometry.images * geometry.outputPixels * geometry.patchLength * outputChannels)
  }

  public var taskCount: Int { grid.taskCount }

  public func run(task: Int) {
    let block = grid.block(task: task)
    var product = arguments.block(rows: block.rows, columns: block.columns)
    if geometry.images == 0 {
      product.depth = 0
      kernel(product)
    }
    for _ in 0..<geometry.images {
      kernel(product)
      product.a += geometry.paddedImageLength
      product.b += geometry.outputPixels * product.bRowStride
      product.accumulates = true
    }
  }
}
