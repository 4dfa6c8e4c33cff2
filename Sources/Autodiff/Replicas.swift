internal import Kernels

/// Copies of a value that several threads read whole: one for each of them (see ``ReplicationPass``).
struct Replicas {
  let memory: ZeroedMemory
  let count: Int
  /// The bytes from one copy to the next.
  let stride: Int

  /// What is left free behind a copy. A processor that sees a step from row to row fetches several
  /// steps ahead, and what it so takes from another core that one has to take back.
  private static let gap = 32 << 10

  /// - Parameter capacity: the largest batch. Of large ones threads read a part each; nil for those.
  init?(of type: ValueType, count: Int, capacity: Int) {
    guard count > 1, capacity <= MatrixProductCall.mostKeptExamples else { return nil }
    self.count = count
    stride = (type.byteCount(batch: capacity) + Self.gap + 4095) / 4096 * 4096
    memory = ZeroedMemory(byteCount: count * stride)
  }
}

/// An input of which threads have copies of their own, each made by the thread that reads it.
struct ReplicatedInput {
  let places: RowPlaces
  let copies: Replicas
  /// The node that the copies are for.
  let reader: Int
}
