import Kernels
import Testing

@testable import Autodiff

/// What a program computes in float32 against the plain loops in Double.
@Suite struct OperationValueTests {
  @Test(arguments: OperationCase.all)
  func aProgramHasTheReferencesNumbers(operation: OperationCase) {
    for seed in 0..<6 {
      let (example, result) = operation.example(seed: seed)
      let found = example.run([result]).results[0][0]
      let expected = example.reference([result])[0]
      #expect(found.shape == expected.shape)
      expectClose(
        found.doubles, expected.elements, roundings: operation.roundings,
        "\(operation.name), seed \(seed), \(result.shape)")
    }
  }

  @Test(arguments: OperationCase.all)
  func theBitsAreTheSameEverywhere(operation: OperationCase) {
    for seed in 0..<3 {
      let (example, result) = operation.example(seed: seed)
      let expected = example.run([result], fuses: false)
      for device in Devices.all {
        let isSame = example.run([result], device: device) == expected
        #expect(isSame, "\(operation.name), seed \(seed), \(device.summary)")
      }
      for device in Devices.instructionSets {
        let isSame = example.run([result], device: device, fuses: false) == expected
        #expect(isSame, "\(operation.name), seed \(seed), unfused, \(device.summary)")
      }
      let larger = example.run([result], capacity: example.batch + 3, runs: 2)
      #expect(larger.results[0] == larger.results[1], "\(operation.name): a second run differs")
      let isSame = Example.Outcome(results: [larger.results[0]]) == expected
      #expect(isSame, "\(operation.name), seed \(seed), a larger capacity")
    }
  }
}

/// Expects float32 results within some roundings of numbers as large as the result, and at least 1.
func expectClose(
  _ found: [Double], _ expected: [Double], roundings: Double, _ comment: @autoclosure () -> String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.count == expected.count, sourceLocation: sourceLocation)
  let worst = zip(found, expected).map { found, expected in
    found == expected || found.isNaN && expected.isNaN
      ? 0 : abs(found - expected) / (0x1p-24 * max(1, abs(expected)))
  }.max { $0 < $1 || $1.isNaN }
  #expect(
    worst ?? 0 <= roundings, "\(comment()): \(worst ?? 0) roundings",
    sourceLocation: sourceLocation)
}
