public import KernelInterface

/// Images with zeros around them: `[N, H, W, C]` → `[N, H + top + bottom, W + left + right, C]`.
public struct PadCall: KernelCall, @unchecked Sendable {
  private let kernel: @Sendable (PadArguments) -> Void
  private let arguments: PadArguments
  private let groups: ImageGroups

  /// - Parameters:
  ///   - input: `[N, H, W, C]`.
  ///   - output: `geometry.images * geometry.paddedImageLength` elements.
  public init(
    kernels: KernelTable, geometry: WindowGeometry, input: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>
  ) {
    kernel = kernels.padImages
    arguments = PadArguments(
      geometry: geometry, images: 0..<geometry.images, source: input, target: output)
    groups = ImageGroups(
      images: geometry.images, operations: geometry.paddedImageLength, operationsPerTask: 65_536)
  }

  public var taskCount: Int { groups.taskCount }

  public func run(task: Int) {
    var part = arguments
    part.images = groups.range(task: task)
    kernel(part)
  }
}
