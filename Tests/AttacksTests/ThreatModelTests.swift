import Attacks
import Autodiff
import Testing

@Suite struct ThreatModelTests {
  static func allows(
    _ epsilon: Double, _ image: [Float], _ original: [Float], norm: Norm = .linf
  ) -> Bool {
    image.withUnsafeBufferPointer { image in
      original.withUnsafeBufferPointer {
        ThreatModel(epsilon: epsilon, norm: norm).allows(image, for: $0)
      }
    }
  }

  @Test func theBallIsClosed() {
    #expect(Self.allows(0.25, [0.75, 0.25], [0.5, 0.5]))
    #expect(!Self.allows(0.25, [Float(0.75).nextUp, 0.5], [0.5, 0.5]))
    #expect(!Self.allows(0.25, [0.5, Float(0.25).nextDown], [0.5, 0.5]))
    #expect(Self.allows(0, [0.5], [0.5]))
    #expect(!Self.allows(0, [Float(0.5).nextUp], [0.5]))
  }

  @Test func theRangeAndFiniteNumbersAreNeeded() {
    #expect(Self.allows(1, [0, 1], [1, 0]))
    #expect(!Self.allows(1, [Float(1).nextUp], [1]))
    #expect(!Self.allows(1, [-Float.leastNonzeroMagnitude], [0]))
    for pixel in [Float.nan, .infinity, -.infinity] {
      #expect(!Self.allows(1, [pixel], [0.5]))
      #expect(!Self.allows(1, [0.5], [pixel]))
    }
  }

  @Test func inL2TheLengthOfTheChangeCounts() {
    #expect(Self.allows(0.5, [0.3, 0.4], [0, 0], norm: .linf))
    #expect(Self.allows(5.0 / 8, [0.375, 0.5], [0, 0], norm: .l2))
    #expect(!Self.allows(0.6, [0.375, 0.5], [0, 0], norm: .l2))
    #expect(!Self.allows(5.0 / 8, [0.375, Float(0.5).nextUp], [0, 0], norm: .l2))
    #expect(Self.allows(0, [0.5, 1], [0.5, 1], norm: .l2))
    #expect(!Self.allows(0, [0.5, Float(1).nextDown], [0.5, 1], norm: .l2))
    #expect(Self.allows(1e30, [0, 1], [1, 0], norm: .l2))
    for pixel in [Float.nan, .infinity, -0.5, -.leastNonzeroMagnitude, Float(1).nextUp] {
      #expect(!Self.allows(1e30, [pixel], [0.5], norm: .l2))
    }
    #expect(!Self.allows(1, [0.5], [.nan], norm: .l2))
  }

  @Test func radiiBelongToTheNorm() {
    for norm in Norm.allCases {
      #expect(ThreatModel.allows(epsilon: 0, norm: norm))
      #expect(ThreatModel.allows(epsilon: 1, norm: norm))
      #expect(ThreatModel.allows(epsilon: 1.5, norm: norm) == (norm == .l2))
      for epsilon in [-0.1, .nan, .infinity] {
        #expect(!ThreatModel.allows(epsilon: epsilon, norm: norm))
      }
    }
  }

  /// The bounds of every pixel value under many radii, wherever the sums are rounded.
  @Test func boundsAreInsideTheBallAndTight() {
    let graph = Graph()
    let bytes = graph.input("x", shape: [.batch, 256], element: .uint8)
    let images = bytes.converted(to: .float32) / 255
    let epsilon = graph.input("epsilon", shape: [])
    let set = PerturbationSet(around: images, epsilon: epsilon)
    let program = Program(
      results: [images, set.lower, set.upper], capacity: 1, device: Device(threads: 1))
    program.write(Tensor(Array(0...255 as ClosedRange<UInt8>), shape: [1, 256]), to: bytes)

    let key = RandomKey(seed: 6)
    var radii = [0, 1, 0.1, 0.3, 1e-3, 1e-7, 1e-12, 1e-40, 0.5, Double(Float(0.1).nextUp)]
    radii += (1...255).map { Double($0) / 255 }
    radii += (0..<400).map { Double(key.uniform(row: 0, index: $0)) }
    radii += (0..<200).map { Double(key.uniform(row: 1, index: $0)) / 255 }
    let wrong = radii.filter { radius in
      program.write(Float(radius), to: epsilon)
      program.run(batch: 1)
      let values = [images, set.lower, set.upper].map { program.read($0).floats }
      let limit = Double(Float(radius))
      let isTight = (0..<256).allSatisfy { pixel in
        let (x, lower, upper) = (
          Double(values[0][pixel]), Double(values[1][pixel]), Double(values[2][pixel])
        )
        return lower >= 0 && upper <= 1 && lower <= x && x <= upper
          && x - lower <= limit && upper - x <= limit
          && lower - max(0, x - limit) < 2.5e-7 && min(1, x + limit) - upper < 2.5e-7
      }
      return !isTight || !Self.allows(radius, values[1], values[0])
        || !Self.allows(radius, values[2], values[0])
    }
    #expect(wrong.isEmpty)
  }

  @Test func aRadiusOutsideTheRangeIsAMistake() async {
    await #expect(processExitsWith: .failure) { _ = ThreatModel(epsilon: -0.1) }
    await #expect(processExitsWith: .failure) { _ = ThreatModel(epsilon: .nan) }
  }
}
