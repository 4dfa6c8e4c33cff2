import Kernels
import Testing

@Suite struct ZeroedMemoryTests {
  /// From 64 KiB on it comes from the system page by page, from 2 MiB on in large pages, with a rest in
  /// small ones.
  @Test(arguments: [
    0, 1, 64, 65_535, 65_536, 65_537, 1_000_000, 2 << 20, 3_000_000, 4 << 20,
  ])
  func beginsOnACacheLineWithZeros(byteCount: Int) {
    for _ in 0..<3 {
      let memory = ZeroedMemory(byteCount: byteCount)
      withExtendedLifetime(memory) {
        #expect(memory.bytes.count == byteCount)
        #expect(Int(bitPattern: memory.baseAddress) % 64 == 0)
        #expect(memory.bytes.allSatisfy { $0 == 0 })
        // What is freed and taken again is zero all the same.
        memory.bytes.initializeMemory(as: UInt8.self, repeating: 0xA5)
      }
    }
  }
}
