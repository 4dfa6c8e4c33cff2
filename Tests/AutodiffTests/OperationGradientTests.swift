import Testing

@testable import Autodiff

/// Gradients against central differences in Double, and in float32 against Double.
@Suite struct OperationGradientTests {
  static let differentiable = OperationCase.all.filter { $0.smoothness != .constant }

  @Test(arguments: differentiable)
  func theGradientIsTheSlopeOfTheValue(operation: OperationCase) {
    for seed in 0..<3 {
      var (example, result) = operation.example(seed: seed)
      let targets = example.floatSources
      let loss = result.weightedLoss(&example)
      let gradients = loss.gradients(withRespectTo: targets)
      #expect(zip(gradients, targets).allSatisfy { $0.type == $1.type })
      expectSlopes(&example, of: loss, gradients, targets, "\(operation.name), seed \(seed)")
    }
  }

  @Test(arguments: differentiable.filter { $0.smoothness == .smooth })
  func theGradientOfTheGradientIsItsSlope(operation: OperationCase) {
    for seed in 10..<12 {
      var (example, result) = operation.example(seed: seed)
      let targets = example.floatSources
      let loss = result.squared().weightedLoss(&example)
      let first = loss.gradients(withRespectTo: targets)
      let functional = first.reduce(example.graph.fill(0)) { sum, gradient in
        let weighted = gradient * example.input(gradient.shape)
        return sum + weighted.sum(Array(0..<gradient.shape.rank))
      }
      let second = functional.gradients(withRespectTo: targets)
      expectSlopes(&example, of: functional, second, targets, "\(operation.name), seed \(seed)")
    }
  }

  @Test(arguments: differentiable)
  func aProgramHasTheReferencesGradients(operation: OperationCase) {
    for seed in 20..<23 {
      var (example, result) = operation.example(seed: seed)
      let loss = result.weightedLoss(&example)
      let gradients = loss.gradients(withRespectTo: example.floatSources)
      let fused = example.run(gradients)
      for (found, expected) in zip(fused.results[0], example.reference(gradients)) {
        expectClose(
          found.doubles, expected.elements, roundings: 40 * operation.roundings,
          "\(operation.name), seed \(seed)")
      }
      for device in Devices.instructionSets {
        let isSame = example.run(gradients, device: device, fuses: false) == fused
        #expect(isSame, "\(operation.name), seed \(seed), unfused, \(device.summary)")
      }
    }
  }

  /// Expects that a step along random directions changes the value as the gradients say.
  private func expectSlopes(
    _ example: inout Example, of loss: Expression, _ gradients: [Expression],
    _ targets: [Expression], _ comment: String
  ) {
    let found = example.reference(gradients)
    for (target, gradient) in zip(targets, found) {
      let elements = example.values[target.sourceName]!
      // Every element by itself where there are few of them, else two random directions.
      let directions =
        elements.count <= 4
        ? elements.indices.map { one in elements.indices.map { $0 == one ? 1.0 : 0 } }
        : (0..<2).map { _ in elements.map { _ in example.random.pick([-1.0, 1]) } }
      for direction in directions {
        let step = 1e-6
        func value(_ sign: Double) -> Double {
          let moved = zip(elements, direction).map { $0 + sign * step * $1 }
          return example.reference(loss, replacing: [target.sourceName: moved])
        }
        let (above, below) = (value(1), value(-1))
        let slope = (above - below) / (2 * step)
        let expected = zip(gradient.elements, direction).reduce(0) { $0 + $1.0 * $1.1 }
        // What remains is the rounding of the two values, and a third derivative times step².
        let scale = gradient.elements.reduce(max(1, abs(above))) { max($0, abs($1)) }
        #expect(
          abs(slope - expected) < 2e-7 * scale,
          "\(comment), \(target.sourceName) \(target.type): slope \(slope), gradient \(expected)")
      }
    }
  }
}

extension Example {
  /// The sources with respect to which a gradient makes sense.
  var floatSources: [Expression] { sources.filter { $0.element == .float32 } }
}
