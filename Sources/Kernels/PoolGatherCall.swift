public import KernelInterface

/// The elements of images `[N, H, W, C]` at the positions that a pooling chose: `[N, OH, OW, C]`.
public struct PoolGatherCall: KernelCall, @unchecked Sendable {
  private let kernel: @Sendable (PoolArguments) -> Void
  private let arguments: PoolArguments
  private let groups: ImageGroups

  /// - Parameters:
  ///   - input: `[N, H, W, C]`, without padding.
  ///   - indices: `[N, OH, OW, C]`, from a ``PoolArgmaxCall`` of the same geometry.
  ///   - values: `[N, OH, OW, C]`.
  public init(
    kernels: KernelTable, geometry: WindowGeometry, input: UnsafePointer<Float>,
    indices: UnsafePointer<Int32>, values: UnsafeMutablePointer<Float>
  ) {
    kernel = kernels.poolGather
    arguments = PoolArguments(
      geometry: geometry, images: 0..<geometry.images, input: input, indices: indices,
      output: values)
    groups = ImageGroups(pooling: geometry)
  }

  public var taskCount: Int { groups.taskCount }

  public func run(task: Int) {
    var part = arguments
    part.images = groups.range(task: task)
    kernel(part)
  }
}
