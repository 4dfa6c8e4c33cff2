/// The tracks on which the rows of a batch go from run to run, and what is kept of them.
final class RowTracks {
  private let tracks: UnsafeMutableBufferPointer<Int32>
  /// By the operation of the step that keeps it.
  private var memories: [Int: RowMemory] = [:]
  /// Of the variables that what is kept was made with.
  private var version = 0

  init(capacity: Int) {
    tracks = .allocate(capacity: capacity)
    _ = tracks.initialize(from: (0..<capacity).map { Int32($0) })
  }

  deinit { tracks.deallocate() }

  func memory(of operation: Int) -> RowMemory {
    if let memory = memories[operation] { return memory }
    let memory = RowMemory(tracks: tracks)
    memories[operation] = memory
    return memory
  }

  /// Prepares a run whose rows are on these tracks, with variables of this version.
  func begin(_ rows: [Int], version: Int) {
    precondition(
      Set(rows).count == rows.count && rows.allSatisfy { tracks.indices.contains($0) },
      "Program: every row needs a track of its own below the capacity")
    _ = tracks.update(from: rows.map { Int32($0) })
    guard version != self.version else { return }
    self.version = version
    for memory in memories.values { memory.forget() }
  }
}
