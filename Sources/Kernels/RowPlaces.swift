internal import CKernelSupport

/// Where the rows of an input are, if not in its own memory: every thread that needs them copies
/// them from there to memory of its own.
///
/// What one core has written takes longer to come to another than what nobody writes.
public final class RowPlaces: @unchecked Sendable {
  private let memory: ZeroedMemory
  private let capacity: Int
  /// Calls go to this and not to the object, whose count of references threads would share.
  let rows: UnsafeMutablePointer<NamedRows>

  /// - Parameters:
  ///   - memory: where the rows are that nobody has named, one after another.
  ///   - capacity: the most rows.
  public init(memory: ZeroedMemory, rowByteCount: Int, capacity: Int) {
    self.memory = memory
    self.capacity = capacity
    rows = .allocate(capacity: 1)
    rows.initialize(
      to: NamedRows(
        memory: UnsafeRawPointer(memory.baseAddress), rowByteCount: rowByteCount,
        places: .allocate(capacity: capacity), next: .allocate(capacity: capacity)))
  }

  deinit {
    rows.pointee.places.deallocate()
    rows.pointee.next.deallocate()
    rows.deallocate()
  }

  /// Says where the next row is, in the order of rows; it stays there until ``clear()``.
  public func append(_ place: UnsafeRawPointer) {
    precondition(rows.pointee.count < capacity, "RowPlaces: more than \(capacity) rows")
    rows.pointee.places[rows.pointee.count] = place
    rows.pointee.count += 1
  }

  /// Says where a row of the run after is: threads have it brought to their caches meanwhile. Rows
  /// that do not fit are passed over.
  public func appendNext(_ place: UnsafeRawPointer) {
    guard rows.pointee.nextCount < capacity else { return }
    rows.pointee.next[rows.pointee.nextCount] = place
    rows.pointee.nextCount += 1
  }

  /// Rows are in the input's own memory again.
  public func clear() {
    rows.pointee.count = 0
    rows.pointee.nextCount = 0
  }
}

/// What threads read of ``RowPlaces``.
struct NamedRows {
  let memory: UnsafeRawPointer
  let rowByteCount: Int
  let places: UnsafeMutablePointer<UnsafeRawPointer>
  let next: UnsafeMutablePointer<UnsafeRawPointer>
  /// How many rows have a name; those behind them are in memory.
  var count = 0
  var nextCount = 0

  /// Copies so many rows to memory without gaps.
  func copy(_ rowCount: Int, to target: UnsafeMutableRawPointer) {
    for row in 0..<rowCount {
      let offset = row * rowByteCount
      (target + offset).copyMemory(
        from: row < count ? places[row] : memory + offset, byteCount: rowByteCount)
    }
  }

  func prefetchNext() {
    for row in 0..<nextCount { defend_prefetch_row(next[row], rowByteCount, row) }
  }
}

/// Rows of an input, and where threads have their copies.
public struct CopiedRows: @unchecked Sendable {
  private let rows: UnsafePointer<NamedRows>
  private let count: Int
  private let copies: UnsafeMutableRawPointer
  private let stride: Int

  /// - Parameters:
  ///   - places: is alive as long as this is used.
  ///   - count: the number of rows.
  ///   - copies: the first copy, `stride` bytes from the next one.
  public init(_ places: RowPlaces, count: Int, copies: UnsafeMutableRawPointer, stride: Int) {
    rows = UnsafePointer(places.rows)
    self.count = count
    self.copies = copies
    self.stride = stride
  }

  func copy(for task: Int) { rows.pointee.copy(count, to: copies + task * stride) }

  func prefetchNext() { rows.pointee.prefetchNext() }
}
