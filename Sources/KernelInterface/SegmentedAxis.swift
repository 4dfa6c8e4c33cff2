/// How the index along one axis of a strided matrix becomes an offset in memory: runs of
/// `segmentLength` elements that are `stride` apart, the runs themselves `segmentStride` apart.
///
/// A plain row or column is one long segment. The patches of a convolution have one segment for
/// each row of the window, and its output pixels one for each output row.
public struct SegmentedAxis: Sendable, Hashable {
  public var stride: Int
  public var segmentLength: Int
  public var segmentStride: Int

  public init(stride: Int, segmentLength: Int, segmentStride: Int) {
    self.stride = stride
    self.segmentLength = segmentLength
    self.segmentStride = segmentStride
  }

  /// One segment without end.
  public init(stride: Int) {
    self.init(stride: stride, segmentLength: .max, segmentStride: 0)
  }
}
