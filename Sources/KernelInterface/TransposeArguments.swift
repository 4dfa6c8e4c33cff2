/// The arguments of a transpose kernel: `target[j, i] = source[i, j]`.
public struct TransposeArguments {
  public var source: UnsafePointer<Float>
  public var sourceRowStride: Int
  public var target: UnsafeMutablePointer<Float>
  public var targetRowStride: Int
  /// The extent of the source.
  public var rows: Int
  public var columns: Int

  public init(
    source: UnsafePointer<Float>, sourceRowStride: Int,
    target: UnsafeMutablePointer<Float>, targetRowStride: Int, rows: Int, columns: Int
  ) {
    self.source = source
    self.sourceRowStride = sourceRowStride
    self.target = target
    self.targetRowStride = targetRowStride
    self.rows = rows
    self.columns = columns
  }
}
