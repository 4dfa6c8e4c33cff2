import KernelInterface
import Kernels
import Testing

@Suite struct SumTests {
  /// Every sixteenth row goes to one of sixteen sums; of those the second half is added to the first
  /// until one is left.
  private func sum(_ column: [Float]) -> Float {
    var sums = [Float](repeating: 0, count: 16)
    for (row, value) in column.enumerated() { sums[row % 16] += value }
    while sums.count > 1 {
      let half = sums.count / 2
      sums = (0..<half).map { sums[$0] + sums[$0 + half] }
    }
    return sums[0]
  }

  /// Of rows in one block and in several, with and without a rest.
  @Test(arguments: [1, 5, 16, 1000, 1024, 1025, 2085], [2, 16, 37])
  func sumsRowsInOrder(_ length: Int, _ inner: Int) {
    let outer = 2
    var generator = TestGenerator(seed: UInt64(length))
    let values = generator.floats(outer * length * inner)
    let source = GuardedBuffer(values)
    let sums = sameEverywhere([Float](repeating: .nan, count: outer * inner)) {
      $1.run(SumCall($0, source.pointer, $2, outer: outer, length: length, inner: inner))
    }
    let expected = (0..<outer * inner).map { place in
      let first = place / inner * length * inner + place % inner
      return sum((0..<length).map { values[first + $0 * inner] })
    }
    #expect(sums.map(\.bitPattern) == expected.map(\.bitPattern))
  }
}
