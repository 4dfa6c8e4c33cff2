internal import CKernelSupport
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
  private let unpooling: Unpooling?
  /// Does it without strips; nil where images, windows or pooling are others.
  private let joined: (@Sendable (UnpooledProductArguments) -> Void)?

  /// - Parameters:
  ///   - geometry: the images, the window and its steps.
  ///   - paddedInput: `[N, H, W, Cin]` with the padding around it, if there is any (``PadCall``).
  ///   - outputGradient: `[N, OH, OW, Cout]`.
  ///   - unpooling: makes the output gradient instead.
  ///   - weightGradient: `[KH, KW, Cin, Cout]`.
  public init(
    kernels: KernelTable, geometry: WindowGeometry, outputChannels: Int,
    paddedInput: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>?,
    unpooling: Unpooling? = nil, weightGradient: UnsafeMutablePointer<Float>,
    accumulates: Bool = false
  ) {
    self.unpooling = unpooling
    kernel = kernels.product
    self.geometry = geometry
    arguments = ProductArguments(
      a: paddedInput, rowAxis: geometry.patchAxis, depthAxis: geometry.placeAxis,
      depth: geometry.outputPixels, b: outputGradient ?? paddedInput, bRowStride: outputChannels,
      c: weightGradient, cRowStride: outputChannels, rows: 0..<geometry.patchLength,
      columns: outputChannels, accumulates: accumulates)
    let isJoined =
      geometry.channels == 1 && (3...5).contains(geometry.windowWidth)
      && unpooling.map { $0.strips.pooling.isInPairs } == true
    joined = isJoined ? kernels.unpooledProduct : nil
    grid = TaskGrid(
      rows: geometry.patchLength, columns: outputChannels,
      operations: geometry.images * geometry.outputPixels * geometry.patchLength * outputChannels,
      fewestRows: 32)
  }

  /// The channels of a task that needs no strips.
  private static let joinedColumns = 16

  public var taskCount: Int {
    joined == nil
      ? grid.taskCount : (arguments.columns + Self.joinedColumns - 1) / Self.joinedColumns
  }

  public func run(task: Int) {
    if let joined, let unpooling {
      let first = task * Self.joinedColumns
      let columns = first..<min(arguments.columns, first + Self.joinedColumns)
      joined(
        UnpooledProductArguments(
          product: arguments.block(rows: arguments.rows, columns: columns),
          pooling: unpooling.all(images: geometry.images, firstChannel: first),
          imageLength: geometry.paddedImageLength))
      return
    }
    let block = grid.block(task: task)
    var product = arguments.block(rows: block.rows, columns: block.columns)
    if geometry.images == 0 {
      product.depth = 0
      kernel(product)
    }
    guard unpooling == nil else {
      var work = Work(call: self, product: product, column: block.columns.lowerBound)
      withUnsafeMutablePointer(to: &work) { context in
        defend_with_scratch(context) { context, scratch in
          let work = context.assumingMemoryBound(to: Work.self).pointee
          work.call.runStrips(
            work.product, column: work.column, scratch.assumingMemoryBound(to: Float.self))
        }
      }
      return
    }
    for _ in 0..<geometry.images {
      kernel(product)
      product.a += geometry.paddedImageLength
      product.b += geometry.outputPixels * product.bRowStride
      product.accumulates = true
    }
  }

  private struct Work {
    let call: ConvolutionWeightGradientCall
    let product: ProductArguments
    let column: Int
  }

  private func runStrips(
    _ arguments: ProductArguments, column: Int, _ strip: UnsafeMutablePointer<Float>
  ) {
    guard let strips = unpooling?.strips else { return }
    var product = arguments
    product.b = UnsafePointer(strip) + column
    for image in 0..<geometry.images {
      for number in 0..<strips.count {
        guard let rows = unpooling?.make(number, image: image, at: strip) else { return }
        product.a =
          arguments.a + image * geometry.paddedImageLength
          + rows.lowerBound * geometry.placeAxis.segmentStride
        product.depth = rows.count * geometry.outputWidth
        kernel(product)
        product.accumulates = true
      }
    }
  }
}
