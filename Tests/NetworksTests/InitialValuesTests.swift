import Autodiff
import Digests
import ModelFixtures
import Networks
import Testing

@Suite struct InitialValuesTests {
  static func digest(_ values: [Tensor]) -> String {
    var hash = SHA256()
    for value in values {
      value.floats.map(\.bitPattern.littleEndian).withUnsafeBytes { hash.update(with: $0) }
    }
    return hash.finalized().hexadecimal
  }

  @Test func theSeedDecidesEveryBit() throws {
    let model = try Models.cnn()
    #expect(
      Self.digest(model.initialValues(RandomKey(seed: 0)))
        == "3e30e1caaa3ceba4e0636ff612dbea4b9086a3014482eb99459e2699eea55522")
    #expect(
      Self.digest(model.initialValues(RandomKey(seed: 0)))
        != Self.digest(model.initialValues(RandomKey(seed: 1))))
  }

  @Test func weightsFillTheirRangeAndBiasesAreZero() throws {
    let model = try Models.mlp(input: [20, 20, 1], classes: 10)
    let values = model.initialValues(RandomKey(seed: 3))
    for (parameter, value) in zip(model.parameters, values) {
      #expect(value.shape == parameter.shape)
      guard parameter.shape.count == 2 else {
        #expect(value.floats.allSatisfy { $0 == 0 })
        continue
      }
      let limit = (6 / Double(parameter.shape[0] + parameter.shape[1])).squareRoot()
      let numbers = value.floats.map { Double($0) }
      #expect(numbers.allSatisfy { abs($0) <= limit })
      let largest = numbers.map { abs($0) }.max() ?? 0
      #expect(largest > 0.9 * limit)
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      #expect(abs(mean) < 0.2 * limit)
    }
  }

  @Test func parametersOfOneShapeDiffer() throws {
    let dense = #"{"type": "dense", "units": 4}"#
    let model = try Models.model(
      input: [2, 2, 1], layers: #"{"type": "flatten"}, \#(dense), \#(dense)"#)
    let values = model.initialValues(RandomKey(seed: 0))
    #expect(values[0].shape == values[2].shape && values[0] != values[2])
  }
}
