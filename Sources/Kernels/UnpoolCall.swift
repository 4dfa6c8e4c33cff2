public import KernelInterface

/// The transpose of ``PoolGatherCall``: `[N, OH, OW, C]` → `[N, H, W, C]`.
///
/// Each value is added at the position that its window chose, to zeros, in ascending order of
/// (oy, ox).
public struct UnpoolCall: KernelCall, @unchecked Sendable {
  private let kernel: @Sendable (PoolArguments) -> Void
  private let arguments: PoolArguments
  private let groups: ImageGroups

  /// - Parameters:
  ///   - values: `[N, OH, OW, C]`.
  ///   - indices: `[N, OH, OW, C]`, from a ``PoolArgmaxCall`` of the same geometry.
  ///   - output: `[N, H, W, C]`, without padding.
  public init(
    kernels: KernelTable, geometry: WindowGeometry, values: UnsafePointer<Float>,
    indices: UnsafePointer<Int32>, output: UnsafeMutablePointer<Float>
  ) {
    kernel = kernels.unpool
    arguments = PoolArguments(
      geometry: geometry, images: 0..<geometry.images, input: values, indices: indices,
      output: output)
    groups = ImageGroups(pooling: geometry)
  }

  public var taskCount: Int { groups.taskCount }

  public func run(task: Int) {
    var part = arguments
    part.images = groups.range(task: task)
    kernel(part)
  }
}
