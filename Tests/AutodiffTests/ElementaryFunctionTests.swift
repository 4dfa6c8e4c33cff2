import Kernels
import Testing

import func Foundation.exp
import func Foundation.log

@testable import Autodiff

/// Elementary functions against Foundation's in Double, over many magnitudes.
@Suite struct ElementaryFunctionTests {
  enum Function: CaseIterable {
    case exponential, logarithm, squareRoot

    func expression(_ x: Expression) -> Expression {
      switch self {
      case .exponential: x.exponential()
      case .logarithm: x.logarithm()
      case .squareRoot: x.squareRoot()
      }
    }

    func value(_ x: Double) -> Double {
      switch self {
      case .exponential: exp(x)
      case .logarithm: log(x)
      case .squareRoot: x.squareRoot()
      }
    }

    /// The largest error in units in the last place.
    var limit: Double { self == .squareRoot ? 0.5 : 1 }

    /// Every magnitude and both neighbourhoods of what is special.
    var arguments: [Float] {
      var random = RandomSource(seed: 1)
      let corners: [Float] = [
        0, -0.0, 1, -1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude,
        .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
        88.72, 88.73, 88.9, -87.3, -87.4, -103.2, -103.97, -104, -105, -150, 0.70710677, 2,
      ]
      let neighbours = corners.flatMap { [$0, $0.nextUp, $0.nextDown] }
      let anywhere = (0..<10_000).map { _ in
        Float(bitPattern: UInt32.random(in: 0...(.max), using: &random))
      }
      let useful = (0..<10_000).map { _ in
        Float.random(in: self == .exponential ? -104...89 : 0...4, using: &random)
      }
      let nearOne = (0..<1000).map { _ in Float.random(in: 0.99...1.01, using: &random) }
      let denormals = (0..<1000).map { _ in
        Float(bitPattern: UInt32.random(in: 0...0x80_0000, using: &random))
      }
      return neighbours + anywhere + useful + nearOne + denormals
    }
  }

  private static func compute(
    _ arguments: [Float], device: Device, _ body: (Expression) -> Expression
  ) -> [Float] {
    let graph = Graph()
    let x = graph.input("x", shape: [.batch])
    let result = body(x)
    let program = Program(results: [result], capacity: arguments.count, device: device)
    program.write(Tensor(arguments, shape: [arguments.count]), to: x)
    program.run(batch: arguments.count)
    return program.read(result).floats
  }

  @Test(arguments: Function.allCases)
  func functionsAreWithinTheirUnits(function: Function) {
    let arguments = function.arguments
    let found = Self.compute(arguments, device: Devices.single, function.expression)
    var worst = (error: 0.0, argument: Float(0))
    for (x, y) in zip(arguments, found) {
      // Subnormal numbers count as zeros, going in and coming out.
      let expected = function.value(x.isSubnormal ? 0 : Double(x))
      if abs(expected) < Double(Float.leastNormalMagnitude) {
        #expect(y == 0 || y == .leastNormalMagnitude && Float(expected) == y, "\(function)(\(x))")
        continue
      }
      let rounded = Float(expected)
      if expected.isNaN || rounded.isInfinite && y.isInfinite {
        #expect(y.isNaN == expected.isNaN && (expected.isNaN || y == rounded), "\(function)(\(x))")
        continue
      }
      // Infinity counts as the number after the largest one.
      let ulp = Double(
        rounded.isInfinite
          ? Float.greatestFiniteMagnitude.ulp : max(rounded.ulp, .leastNonzeroMagnitude))
      let error =
        y.isInfinite
        ? abs(Double(Float.greatestFiniteMagnitude) + ulp - abs(expected)) / ulp
        : abs(Double(y) - expected) / ulp
      if error.isNaN || error > worst.error { worst = (error.isNaN ? .infinity : error, x) }
    }
    #expect(
      worst.error <= function.limit, "\(function)(\(worst.argument)) is \(worst.error) units off")
  }

  @Test(arguments: Function.allCases)
  func functionsHaveTheSameBitsOnEveryInstructionSet(function: Function) {
    let arguments = function.arguments
    let expected = Self.compute(arguments, device: Devices.single, function.expression)
    for device in Devices.instructionSets {
      let found = Self.compute(arguments, device: device, function.expression)
      let differences = zip(expected, found).filter { pair in
        pair.0.bitPattern != pair.1.bitPattern && !(pair.0.isNaN && pair.1.isNaN)
      }
      #expect(differences.isEmpty, "\(function), \(device.summary)")
    }
  }

  @Test(arguments: [1, 2, 3, 10, 17, 100])
  func softmaxAndCrossEntropyHoldForAllMagnitudes(classes: Int) {
    for scale in [1e-30, 1e-3, 1, 10, 80, 1000, 1e10, 1e38] {
      var example = Example(batch: 20, seed: classes)
      let logits = example.input([.batch, Dimension(classes)], in: -scale...scale)
      let labels = example.integers([.batch], in: 0...classes - 1)
      let results = [logits.softmax(), logits.softmaxCrossEntropy(labels: labels)]
      let expected = example.reference(results)
      for device in Devices.instructionSets {
        let found = example.run(results, device: device).results[0]
        for (found, expected) in zip(found[0].doubles, expected[0].elements) {
          #expect(found >= 0 && found <= 1)
          // The differences of the logits are rounded before the exponential sees them.
          let bound = 1e-37 + expected * (2e-6 + 0x1p-23 * min(scale, 100))
          #expect(abs(found - expected) <= bound, "softmax, scale \(scale)")
        }
        for (found, expected) in zip(found[1].doubles, expected[1].elements) {
          #expect(found >= 0)
          let bound = 0x1p-21 * max(1, expected)
          #expect(abs(found - expected) <= bound, "cross-entropy, scale \(scale)")
        }
      }
    }
  }

  @Test func specialLogits() {
    var example = Example(batch: 6, seed: 1)
    let logits = example.input(
      [.batch, 3],
      [
        -.infinity, 0, 1, .nan, 0, 0, 0, 0, .nan, .infinity, 0, 0, 3e38, -3e38, 0, 20, 0, 0,
      ])
    let labels = example.input([.batch], [1, 0, 0, 1, 1, 0]).converted(to: .int32)
    let (softmax, loss) = (logits.softmax(), logits.softmaxCrossEntropy(labels: labels))
    let found = example.run([softmax, loss]).results[0]
    let (probabilities, losses) = (found[0].floats, found[1].floats)
    #expect(probabilities[0] == 0)
    #expect(losses[0] > 1.31 && losses[0] < 1.32)
    #expect(losses[1].isNaN && losses[2].isNaN && losses[3].isNaN)
    #expect(!probabilities[3..<12].contains { !$0.isNaN })
    #expect(Array(probabilities[12..<15]) == [1, 0, 0])
    #expect(losses[4] == .infinity)
    #expect(losses[5] >= 0 && losses[5] < 1e-6)
  }

  @Test func labelsOutsideTheClassesGiveNaN() {
    var example = Example(batch: 3, seed: 2)
    let logits = example.input([.batch, 4])
    let labels = example.input([.batch], [-1, 4, 3]).converted(to: .int32)
    let found = example.run([logits.softmaxCrossEntropy(labels: labels)]).results[0][0].floats
    #expect(found.map(\.isNaN) == [true, true, false])
  }

  /// What comparisons and choices make of NaN, zeros and infinities.
  @Test func choicesWithSpecialNumbers() {
    var example = Example(batch: 7, seed: 3)
    let x = example.input([.batch], [.nan, -.infinity, -1, -0.0, 0, 1, .infinity])
    let y = example.input([.batch], [0, 0, .nan, 0, .nan, .infinity, -.infinity])
    let results = [
      x.sign(), x.rectified(), x.absolute(), -x, x.clamped(-0.5, 0.5), .maximum(x, y),
      .minimum(x, y), x.isGreater(than: y), x.isGreaterOrEqual(to: y), x.isEqual(to: y),
      .select(x, y, x + 1),
    ]
    let expected = example.reference(results).map { $0.elements.map { Float($0) } }
    for device in Devices.instructionSets {
      for (found, expected) in zip(example.run(results, device: device).results[0], expected) {
        let isSame = zip(found.floats, expected).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
        #expect(isSame, "\(device.summary): \(found.floats), not \(expected)")
      }
    }
  }

  @Test func conversionsHoldWhatTheTypeHolds() {
    var example = Example(batch: 8, seed: 4)
    let x = example.input([.batch], [-3e9, 3e9, -1.9, 1.9, 255.9, 256, -0.5, .nan])
    let results = [x.converted(to: .int32), x.converted(to: .uint8)]
    #expect(
      example.reference(results).map(\.elements) == [
        [-0x1p31, 2_147_483_520, -1, 1, 255, 256, 0, 0], [0, 255, 0, 1, 255, 255, 0, 0],
      ])
    for device in Devices.instructionSets {
      let found = example.run(results, device: device).results[0]
      #expect(found[0].integers == [.min, 2_147_483_520, -1, 1, 255, 256, 0, 0])
      #expect(found[1].bytes == [0, 255, 0, 1, 255, 255, 0, 0])
    }
  }
}
