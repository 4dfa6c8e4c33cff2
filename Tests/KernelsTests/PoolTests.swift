import KernelInterface
import Kernels
import Testing

@Suite struct PoolTests {
  /// The cases in which every window covers part of the image.
  static let cases: [WindowCase] = [
    WindowCase(1, 1, 1, 1, window: (1, 1), to: 0),
    WindowCase(3, 25, 25, 32, window: (2, 2), stride: (2, 2), to: 0),
    WindowCase(2, 7, 6, 5, window: (3, 2), stride: (1, 2), to: 0),
    WindowCase(2, 6, 7, 19, window: (3, 3), stride: (2, 2), padding: (1, 1, 1, 1), to: 0),
    WindowCase(1, 5, 5, 33, window: (4, 3), padding: (2, 0, 1, 2), to: 0),
    WindowCase(70, 8, 8, 3, window: (2, 2), stride: (2, 2), to: 0),
  ]

  private func expected(_ windowCase: WindowCase, _ input: [Float]) -> [Int32] {
    let g = windowCase.geometry
    var offsets = [Int?](repeating: nil, count: g.images * g.outputPixels * g.channels)
    windowCase.forEachElement { place, element, offset in
      guard let offset else { return }
      let result = place * g.channels + element % g.channels
      guard let best = offsets[result] else {
        offsets[result] = offset
        return
      }
      if input[offset] > input[best] || (input[offset].isNaN && !input[best].isNaN) {
        offsets[result] = offset
      }
    }
    return offsets.map { Int32(($0 ?? 0) % g.imageLength / g.channels) }
  }

  /// Few different values, so that ties are common; some are NaN or −∞, and both zeros occur.
  private func input(_ geometry: WindowGeometry) -> [Float] {
    var generator = TestGenerator(seed: UInt64(geometry.imageLength))
    let values: [Float] = [-1, -0.0, 0, 1, 2, -.infinity, .nan, -3, 0.5, -2, -5]
    return (0..<geometry.images * geometry.imageLength).map { _ in
      values.randomElement(using: &generator) ?? 0
    }
  }

  @Test(arguments: cases) func findsTheFirstMaximum(_ windowCase: WindowCase) {
    let g = windowCase.geometry
    let input = input(g)
    let expected = expected(windowCase, input)
    let source = GuardedBuffer(input)
    let indices = sameEverywhere([Int32](repeating: -1, count: expected.count)) {
      $1.run(
        PoolArgmaxCall(
          kernels: $0, geometry: g, input: source.pointer, values: nil, indices: $2))
    }
    #expect(indices == expected)
    let values = sameEverywhere([Float](repeating: -7, count: expected.count)) {
      $1.run(
        PoolArgmaxCall(
          kernels: $0, geometry: g, input: source.pointer, values: $2, indices: nil))
    }
    let index = GuardedBuffer(indices)
    let gathered = sameEverywhere([Float](repeating: -7, count: expected.count)) {
      $1.run(
        PoolGatherCall(
          kernels: $0, geometry: g, input: source.pointer, indices: index.pointer, values: $2))
    }
    let chosen = expected.enumerated().map { result, position in
      input[
        result / (g.outputPixels * g.channels) * g.imageLength + Int(position) * g.channels
          + result % g.channels]
    }
    #expect(values.map(\.bitPattern) == chosen.map(\.bitPattern))
    #expect(gathered.map(\.bitPattern) == chosen.map(\.bitPattern))
  }

  @Test(arguments: cases) func unpoolsInOrder(_ windowCase: WindowCase) {
    let g = windowCase.geometry
    let positions = expected(windowCase, input(g))
    var generator = TestGenerator(seed: 3)
    var values = generator.floats(positions.count)
    values[0] = -0.0
    var sums = [Float](repeating: 0, count: g.images * g.imageLength)
    for (result, position) in positions.enumerated() {
      let image = result / (g.outputPixels * g.channels)
      sums[image * g.imageLength + Int(position) * g.channels + result % g.channels] +=
        values[result]
    }
    let source = GuardedBuffer(values)
    let index = GuardedBuffer(positions)
    let result = sameEverywhere([Float](repeating: .nan, count: sums.count)) {
      $1.run(
        UnpoolCall(
          kernels: $0, geometry: g, values: source.pointer, indices: index.pointer, output: $2))
    }
    #expect(result.map(\.bitPattern) == sums.map(\.bitPattern))
  }
}
