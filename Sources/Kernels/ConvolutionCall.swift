public import KernelInterface

/// The convolution of images `[N, H, W, Cin]` with weights `[KH, KW, Cin, Cout]`:
/// `[N, OH, OW, Cout]`.
///
/// Every element is one chain of fused multiply-adds from 0, ascending in (ky, kx, ci). Padding
/// counts as zeros: run a ``PadCall`` first when there is any.
public struct ConvolutionCall: KernelCall, @unchecked Sendable {
  private let kernel: @Sendable (ProductArguments) -> Void
  private let geometry: WindowGeometry
  private let arguments: ProductArguments
  private let pixels: TaskGrid
  private let groups: ImageGroups
  private let epilogue: (any RowEpilogue)?

  /// - Parameters:
  ///   - geometry: the images, the window and its steps.
  ///   - paddedInput: `[N, H, W, Cin]` with the padding around it, if there is any.
  ///   - weights: `[KH, KW, Cin, Cout]`.
  ///   - output: `[N, OH, OW, Cout]`.
  ///   - epilogue: called for each block of finished output pixels, `0..<N·OH·OW`.
  public init(
    kernels: KernelTable, geometry: WindowGeometry, outputChannels: Int,
    paddedInput: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, epilogue: (any RowEpilogue)? = nil
  ) {
    kernel = kernels.product
    self.geometry = geometry
    self.epilogue = epilogue
    arguments = ProductArguments(
      a: paddedInput, rowAxis: geometry.placeAxis, depthAxis: geometry.patchAxis,
      depth: geometry.patchLength, b: weights, bRowStride: outputChannels,
      c: output, cRowStride: outputChannels, rows: 0..<geometry.outputPixels,
      columns: outputChannels, accumulates: false)
    let operations = geometry.outputPixels * outputChannels * geometry.patchLength
    groups = ImageGroups(
      images: geometry.images, operations: operations,
      operationsPerTask: TaskGrid.operationsPerTask)
    // Few images are cut into blocks of their pixels.
    pixels = TaskGrid(
      rows: geometry.outputPixels, columns: outputChannels,
      operations: geometry.images * 4 < TaskGrid.taskLimit ? operations : 0,
      fewestColumns: outputChannels)
  }

  public var taskCount: Int { groups.taskCount * pixels.taskCount }

  public func run(task: Int) {
    let (group, part) = task.quotientAndRemainder(dividingBy: pixels.taskCount)
    let block = pixels.block(task: part)
    for image in groups.range(task: group) {
      var product = arguments
      product.a += image * geometry.paddedImageLength
      product.c += image * geometry.outputPixels * product.cRowStride
      guard let epilogue else {
        kernel(product.block(rows: block.rows, columns: block.columns))
        continue
      }
      let first = image * geometry.outputPixels
      block.rows.forEachBlock(of: TaskGrid.epilogueRows) { rows in
        kernel(product.block(rows: rows, columns: block.columns))
        epilogue.run(
          rows: first + rows.lowerBound..<first + rows.upperBound, columns: block.columns)
      }
    }
  }
}
