import KernelInterface
import Testing

@testable import Kernels

/// A row of uniform numbers holds the words of Philox, block by block.
@Suite struct UniformNumbersTests {
  @Test(
    arguments: InstructionSet.allCases.filter(\.isSupported),
    [0, 1, 3, 4, 5, 15, 16, 17, 31, 33, 64, 784])
  func areThoseOfTheBlocks(set: InstructionSet, count: Int) {
    let key = SIMD2<UInt32>(0xa409_3822, 0x299f_31d0)
    for example in [0, 1, 59_999, UInt32.max] {
      var row = [Float](repeating: -1, count: count + 40)
      set.kernels.uniformNumbers(key, example, &row, count)
      let expected = (0..<count).map { index in
        let counter = SIMD4(UInt32(index / 4), example, 0, 0)
        return Philox.unit(Philox.block(counter: counter, key: key)[index % 4])
      }
      #expect(Array(row[..<count]) == expected)
      #expect(row[count...].allSatisfy { $0 == -1 }, "more than the row was written")
    }
  }
}
