import Kernels
import Testing

@testable import Autodiff

@Suite struct RandomKeyTests {
  /// The known answers that come with the authors' own implementation (Random123, kat_vectors).
  @Test func philoxGivesThePublishedAnswers() {
    #expect(
      Philox.block(counter: .zero, key: .zero)
        == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    #expect(
      Philox.block(
        counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
        key: SIMD2(0xa409_3822, 0x299f_31d0))
        == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test(arguments: [0, 1, 2, 17, 1000])
  func aPermutationHoldsEveryIndexOnce(count: Int) {
    let order = RandomKey(seed: 7).folding("shuffle").permutation(count)
    #expect(order.sorted() == Array(0..<count))
  }

  @Test func keysOfDifferentCountersDiffer() {
    let key = RandomKey(seed: 1)
    let derived = (0..<1000).map { key.folding($0) } + ["a", "b"].map { key.folding($0) }
    #expect(Set(derived).count == derived.count)
  }

  @Test func uniformNumbersFillTheUnitInterval() {
    let key = RandomKey(seed: 3)
    let numbers = (0..<4000).map { key.uniform(row: $0 / 100, index: $0 % 100) }
    #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = numbers.reduce(0, +) / 4000
    #expect(abs(mean - 0.5) < 0.02)
  }
}
