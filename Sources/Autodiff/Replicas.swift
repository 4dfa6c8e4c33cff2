internal import Kernels

/// Copies of a value that several threads read whole: one for each of them (see ``ReplicationPass``).
struct Replicas {
  let memory: ZeroedMemory
  let count: Int
  /// The bytes from one copy to the next: whole pages, to the end of which processors fetch ahead.
  let stride: Int

  /// - Parameter capacity: the largest batch. Of large ones threads read a part each; nil for those.
  init?(of type: ValueType, count: Int, capacity: Int) {
    guard count > 1, capacity <= MatrixProductCall.mostKeptExamples else { return nil }
    self.count = count
    stride = (type.byteCount(batch: capacity) + 4095) / 4096 * 4096
    memory = ZeroedMemory(byteCount: count * stride)
  }
}
