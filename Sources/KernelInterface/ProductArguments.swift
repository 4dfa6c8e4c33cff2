/// The arguments of a product kernel: C(m, n) = Σₖ A(m, k)·B(k, n) over `rows` and `columns`.
///
/// Every element of C is one chain of fused multiply-adds in ascending k, which starts from 0 or,
/// when accumulating, from the stored element. Terms whose factor in A is 0 may be left out where that
/// gives the same bits.
public struct ProductArguments {
  /// A(m, k) is at `a + rowAxis(m) + depthAxis(k)`.
  /// Of a transposed A lines may be claimed by writing what is there: so nobody writes it meanwhile.
  public var a: UnsafePointer<Float>
  public var rowAxis: SegmentedAxis
  public var depthAxis: SegmentedAxis
  /// The number of terms of every sum.
  public var depth: Int

  /// B(k, n) is at `b + k·bRowStride + n mod 32 + ⌊n / 32⌋·bPanelStride`.
  public var b: UnsafePointer<Float>
  public var bRowStride: Int
  /// From 32 columns of B to the next: 32 where B's rows are in one piece.
  public var bPanelStride: Int

  /// The columns of a panel.
  @inlinable public static var panelColumns: Int { 32 }

  /// The vectors of columns that a product which leaves out zeros of A has in registers. Those of
  /// less than half the width are multiplied whole.
  @inlinable public static var chunkVectors: Int { 8 }

  /// C(m, n) is at `c + m·cRowStride + n mod 32 + ⌊n / 32⌋·cPanelStride`.
  public var c: UnsafeMutablePointer<Float>
  public var cRowStride: Int
  public var cPanelStride: Int

  /// The rows to compute; `a` and `c` belong to row 0.
  public var rows: Range<Int>
  /// The number of columns, from column 0.
  public var columns: Int
  /// Whether the sums start from C's elements, which kernels have written: none is subnormal.
  public var accumulates: Bool
  /// Where there is one, C's rows are in one piece, and C(m, n) becomes 0 unless
  /// `gate + m·cRowStride + n` is positive.
  public var gate: UnsafePointer<Float>?
  /// From an element of C to that of a matrix which is updated with C as soon as it is there; 0
  /// without one. Its lines, which other cores may have read, are claimed while terms are added.
  public var updateDistance: Int

  public init(
    a: UnsafePointer<Float>, rowAxis: SegmentedAxis, depthAxis: SegmentedAxis, depth: Int,
    b: UnsafePointer<Float>, bRowStride: Int, bPanelStride: Int = panelColumns,
    c: UnsafeMutablePointer<Float>, cRowStride: Int, cPanelStride: Int = panelColumns,
    rows: Range<Int>, columns: Int, accumulates: Bool,
    gate: UnsafePointer<Float>? = nil, updateDistance: Int = 0
  ) {
    self.a = a
    self.rowAxis = rowAxis
    self.depthAxis = depthAxis
    self.depth = depth
    self.b = b
    self.bRowStride = bRowStride
    self.bPanelStride = bPanelStride
    self.c = c
    self.cRowStride = cRowStride
    self.cPanelStride = cPanelStride
    self.rows = rows
    self.columns = columns
    self.accumulates = accumulates
    self.gate = gate
    self.updateDistance = updateDistance
  }
}
