public import KernelInterface

/// Max-pooling of images `[N, H, W, C]`: the maximum under each window and its position.
///
/// The first maximum wins; the first NaN wins over all numbers. Padding is never chosen, and every
/// window covers at least one element of the image.
public struct PoolArgmaxCall: KernelCall, @unchecked Sendable {
  private let kernel: @Sendable (PoolArguments) -> Void
  private let arguments: PoolArguments
  private let groups: ImageGroups

  /// - Parameters:
  ///   - input: `[N, H, W, C]`, without padding.
  ///   - values: `[N, OH, OW, C]`, if wanted.
  ///   - indices: `[N, OH, OW, C]`, if wanted: positions `y·W + x` in the image's plane.
  public init(
    kernels: KernelTable, geometry: WindowGeometry, input: UnsafePointer<Float>,
    values: UnsafeMutablePointer<Float>?, indices: UnsafeMutablePointer<Int32>?,
    isRectified: Bool = false
  ) {
    kernel = kernels.poolArgmax
    arguments = PoolArguments(
      geometry: geometry, images: 0..<geometry.images, input: input, output: values,
      outputIndices: indices, isRectified: isRectified)
    groups = ImageGroups(pooling: geometry)
  }

  public var taskCount: Int { groups.taskCount }

  public func run(task: Int) {
    var part = arguments
    part.images = groups.range(task: task)
    kernel(part)
  }
}
