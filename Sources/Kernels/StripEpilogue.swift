/// Work on rows of a result that lie in scratch memory, and that all are treated alike.
public protocol StripEpilogue: Sendable {
  /// Called for rows of neighbouring channels from `strip` on, possibly from several threads.
  func run(rows: Int, at strip: UnsafeMutablePointer<Float>)

  /// If all that is done is to add one row to each: that row.
  var addedRow: UnsafePointer<Float>? { get }
}

extension StripEpilogue {
  public var addedRow: UnsafePointer<Float>? { nil }
}
