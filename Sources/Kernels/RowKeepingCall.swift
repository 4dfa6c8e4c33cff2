/// A call that remembers rows of earlier runs and compares new ones with them.
public protocol RowKeepingCall: KernelCall {
  /// Remembers a row of the last run in place of what was remembered on its track. May be called for
  /// several rows at once.
  func keep(row: Int)
}
